import { LogError } from '../errors.ts'

/** How long one domain's events are kept. */
export interface KeptDomain {
  readonly domain: string
  /** Events that Kafka got longer ago than this, in milliseconds, are removed. */
  readonly keepMs: number
}

/** How long events are kept, by domain; of a domain that is not in it, everything is kept. */
export type RetentionPolicy = readonly KeptDomain[]

/** Something wrong with the text of a policy. */
export interface PolicyProblem {
  readonly part: string
  readonly message: string
}

const unitMs = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const MAX_KEEP_MS = 36_500 * unitMs.d

/**
 * Reads a policy: `tasks=365d timers=90d`, each part a domain and a number of hours (h), days (d) or weeks (w). The empty
 * text is the empty policy, which keeps everything.
 *
 * @throws LogError `LOG_RETENTION_INVALID`; `details.problems` names each wrong part.
 */
export function parseRetention(text: string, domains: readonly string[]): RetentionPolicy {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const problems: PolicyProblem[] = []
  const policy = new Map<string, KeptDomain>()
  for (const part of parts) {
    const read = readPart(part, domains)
    if (typeof read === 'string') problems.push({ part, message: read })
    else if (policy.has(read.domain)) problems.push({ part, message: `names ${read.domain} a second time` })
    else policy.set(read.domain, read)
  }
  if (problems.length === 0) return [...policy.values()]
  const sentences = problems.map(({ part, message }) => `${JSON.stringify(part)} ${message}`).join('; ')
  throw new LogError(
    'LOG_RETENTION_INVALID',
    `The retention is wrong: ${sentences}. Write for example tasks=365d timers=90d.`,
    { details: { problems } },
  )
}

/** Writes a policy as {@link parseRetention} reads it. */
export function formatRetention(policy: RetentionPolicy): string {
  return policy.map(({ domain, keepMs }) => `${domain}=${durationText(keepMs)}`).join(' ')
}

function readPart(part: string, domains: readonly string[]): KeptDomain | string {
  const [domain = '', duration, more] = part.split('=')
  if (duration === undefined || more !== undefined) return 'is no domain with a duration'
  if (!domains.includes(domain)) return `names a domain that the logger does not know; it knows ${domains.join(', ')}`
  const match = /^([1-9]\d{0,5})([hdw])$/.exec(duration)
  const keepMs = match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  if (!(keepMs <= MAX_KEEP_MS)) return 'has no duration of up to a hundred years: a whole number and h, d or w'
  return { domain, keepMs }
}

function durationText(keepMs: number): string {
  const unit = keepMs % unitMs.d === 0 ? 'd' : 'h'
  return `${keepMs / unitMs[unit]}${unit}`
}
