import type { LoggedPlan, LoggedRun } from '../logger/replay-client.ts'
import type { Column } from './output.ts'

const numbers = new Intl.NumberFormat('en-US')

/** A duration for people: `850 ms`, `38 s`, `12 min`, `3 h 20 min`. */
function durationText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** How far a run is, in a line. */
export function progressText({ state, sent, total, perSecond, remainingMs, reason }: LoggedRun): string {
  const percent = total === 0 ? 100 : Math.floor((100 * sent) / total)
  const parts = [`${state}: ${numbers.format(sent)} of ${numbers.format(total)} sent (${percent} %)`]
  if (state === 'running') parts.push(`${numbers.format(Math.round(perSecond))}/s`)
  if (typeof remainingMs === 'number') parts.push(`${durationText(remainingMs)} to go`)
  if (reason) parts.push(`${reason.code}: ${reason.message}`)
  return parts.join(', ')
}

/** What lists of runs show. */
export const runColumns: readonly Column<LoggedRun>[] = [
  { heading: 'CREATED', cell: ({ createdAt }) => createdAt },
  { heading: 'STATE', cell: ({ state }) => state },
  { heading: 'SENT', cell: ({ sent, total }) => `${sent} of ${total}` },
  { heading: 'TO', cell: ({ targets }) => targets.map(({ topic }) => topic).join(' '), wrap: true },
  { heading: 'FILTER', cell: ({ filter }) => filter, wrap: true },
  { heading: 'ID', cell: ({ id }) => id },
]

/** The lines of one run. */
export function runFields(run: LoggedRun): [name: string, text: string][] {
  return [
    ['id', run.id],
    ['progress', progressText(run)],
    ['filter', run.filter],
    ['to', run.targets.map(({ topic }) => topic).join('\n')],
    ['rate', `${run.ratePerSecond}/s at most`],
    ['plan', run.planId],
  ]
}

/** The lines of a plan. */
export function planFields(plan: LoggedPlan): [name: string, text: string][] {
  const { contract, first, last, count, durationMs, ratePerSecond } = plan
  return [
    ['plan', `${plan.id}, until ${plan.expiresAt}`],
    ['filter', plan.filter],
    ['events', `${numbers.format(count)}, about ${durationText(durationMs)} at ${ratePerSecond}/s`],
    ...(first && last ? [['happened', `${first} to ${last}`] as [string, string]] : []),
    ['types', plan.types.map(({ type, count: some }) => `${type}  ${numbers.format(some)}`).join('\n')],
    ['contracts', contractText(contract, count)],
    ...plan.targets.map(
      ({ group, topic }) =>
        ['to', [`${topic}`, ...announcedLines(plan.groups.find((one) => one.group === group))].join('\n')] as [
          string,
          string,
        ],
    ),
    [
      'for example',
      plan.sample
        .map(({ timestamp, type, subject, id }) => [timestamp, type, subject, id].filter(Boolean).join('  '))
        .join('\n'),
    ],
  ]
}

function contractText(
  { judged, broken, unknownType, unknownVersion, examples }: LoggedPlan['contract'],
  count: number,
): string {
  const parts = [
    `${numbers.format(broken)} break today's contract`,
    ...(unknownType > 0 ? [`${numbers.format(unknownType)} of unknown types`] : []),
    ...(unknownVersion > 0 ? [`${numbers.format(unknownVersion)} of unknown versions`] : []),
  ]
  const of = judged < count ? ` (of the first ${numbers.format(judged)})` : ''
  const lines = examples.map(
    ({ id, issues }) => `${id}  ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
  )
  return [parts.join(', ') + of, ...lines].join('\n')
}

const sentences: Readonly<Record<string, string>> = {
  handle: 'handles them',
  skip: 'skips them: they are acknowledged without running the handler',
  ignore: 'has no handler for them: they pass',
  mixed: 'members differ',
  unknown: 'unknown: no member has announced what it does',
}

function announcedLines(group: LoggedPlan['groups'][number] | undefined): string[] {
  if (group === undefined) return []
  return group.types.map(({ type, onReplay }) => `${type}: ${sentences[onReplay] ?? onReplay}`)
}
