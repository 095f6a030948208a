import { createHash } from 'node:crypto'
import { isHouseHelperError } from '@house-helper/events-core'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import type { EventFilterInput } from '../filter/event-filter.ts'
import { vectorSchema } from '../queries/read-query.ts'
import type { PositionVector } from '../vectors/position-vector.ts'

/** What {@link Replays.plan} takes. */
export interface PlanRequest {
  /** Which events; at least one field. `status` is none of them: dead letters are redriven. */
  readonly filter: string | EventFilterInput
  /** The groups whose inbox topics it is to be sent to, 1 to 20; with a sandbox, none or the one that it is addressed to. */
  readonly groups?: readonly string[] | undefined
  /** Sends to the topic `<prefix>.sandbox.<name>` instead, where no group reads it by itself. */
  readonly sandbox?: string | undefined
  /** Events a second and group that the duration is reckoned with, 1 to 1,000,000. Default 500. */
  readonly ratePerSecond?: number | undefined
  /** Where to begin. Default: at the beginning of the log. */
  readonly from?: PositionVector | undefined
  /** Where to end; not beyond what is recorded. Default: what is recorded now. */
  readonly until?: PositionVector | undefined
  /** Who asks. A claim: nobody logs in. Default `unknown`. */
  readonly by?: string | undefined
}

/** What {@link Replays.start} takes. */
export interface RunRequest {
  readonly planId: string
  /** Events a second and group at most, 1 to 1,000,000. Default: the plan's. */
  readonly ratePerSecond?: number | undefined
  readonly by?: string | undefined
}

/** One thing that is wrong with a request, by the path of its field. */
export interface RequestIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  /** Where in the field's text it is wrong, where that is known. */
  readonly place?: unknown
}

/** The rate where none is given, in events a second. */
const DEFAULT_RATE = 500

const MAX_RATE = 1_000_000
const rate = z
  .number()
  .int('must be a whole number')
  .min(1, `must be 1 to ${MAX_RATE}`)
  .max(MAX_RATE, `must be 1 to ${MAX_RATE}`)
const by = z.string().min(1).max(128).default('unknown')
const name = z.string().min(1).max(200)

const planRequestSchema = z
  .strictObject({
    filter: z.union([z.string().max(4096), z.record(z.string(), z.unknown())]),
    groups: z.array(name).max(20).default([]),
    sandbox: z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, hyphens and underscores')
      .optional(),
    ratePerSecond: rate.default(DEFAULT_RATE),
    from: vectorSchema.optional(),
    until: vectorSchema.optional(),
    by,
  })
  .superRefine(({ groups, sandbox }, context) => {
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['groups'], message })
    if (sandbox === undefined && groups.length === 0) wrong('must name a group, unless there is a sandbox')
    if (sandbox !== undefined && groups.length > 1) wrong('must name one group at most where there is a sandbox')
    if (new Set(groups).size < groups.length) wrong('must name each group once')
  })

const runRequestSchema = z.strictObject({ planId: z.string().min(1).max(128), ratePerSecond: rate.optional(), by })
const keySchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters')

/** Checks a plan's request; throws `LOG_REPLAY_REFUSED`. */
export function checkPlanRequest(request: PlanRequest): z.output<typeof planRequestSchema> {
  return checked(planRequestSchema, request)
}

/** Checks a run's request; throws `LOG_REPLAY_REFUSED`. */
export function checkRunRequest(request: RunRequest): z.output<typeof runRequestSchema> {
  return checked(runRequestSchema, request)
}

/** What a run's key is stored as; throws `LOG_REPLAY_REFUSED` where it cannot be one. */
export function runIdOf(key: string): string {
  const result = keySchema.safeParse(key)
  if (!result.success) throw refused([{ path: ['Idempotency-Key'], message: result.error.issues[0]?.message ?? '' }])
  return digest(`replay ${result.data}`).slice(0, 24)
}

/** What two requests that ask for the same have in common. */
export function requestHash(request: object): string {
  return digest(JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** An error that names what is wrong with a request. */
export function refused(issues: readonly RequestIssue[], cause?: unknown): LogError {
  const texts = issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  return new LogError('LOG_REPLAY_REFUSED', `The replay is refused: ${texts.join('; ')}`, {
    cause,
    details: { issues },
  })
}

/** Runs a check, and says of what it throws which field of the request is meant. */
export async function aboutField<Value>(
  path: readonly (string | number)[],
  codes: readonly string[],
  check: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await check()
  } catch (error) {
    if (!isHouseHelperError(error, ...codes)) throw error
    throw refused([{ path, message: error.message, place: error.details }], error)
  }
}

function checked<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw refused(
    result.error.issues.map(({ path, message }) => ({
      path: path.map((part) => (typeof part === 'number' ? part : String(part))),
      message,
    })),
  )
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
