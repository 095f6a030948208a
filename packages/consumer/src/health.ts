import type { Deadlines } from './attempt/deadlines.ts'
import type { Assignment } from './membership/assignment.ts'
import type { LagMeter } from './membership/lag.ts'
import type { LogChange, LogChanges } from './membership/log-changes.ts'
import type { HeldEvents } from './middleware/give-up.ts'
import type { Committer } from './progress/committer.ts'
import type { Courier } from './setting-aside/courier.ts'
import type { GivingUp } from './setting-aside/giving-up.ts'

/** Reasons of one kind that are listed one by one. */
const LISTED = 10

/** Why a subscriber is not simply up. */
export interface HealthReason {
  readonly code:
    | 'NOT_STARTED'
    | 'CLOSED'
    | 'DIED'
    | 'NOT_ASSIGNED'
    | 'LEASE_UNCERTAIN'
    | 'EVENT_HELD'
    | 'DEAD_LETTER_FAILING'
    | 'INBOX_FAILING'
    | 'HANDLER_OVERDUE'
    | 'WINDOW_FULL'
    | 'COMMITS_FAILING'
    | 'LAG_UNKNOWN'
    | 'EVENTS_REMOVED'
    | 'LOG_REMADE'
  /** A sentence with the place. */
  readonly message: string
}

/**
 * Whether a subscriber works: `up`; `degraded` when it works, but something needs attention; `down` when it handles
 * nothing.
 */
export interface Health {
  readonly status: 'up' | 'degraded' | 'down'
  readonly reasons: readonly HealthReason[]
}

/** What health is read from. */
export interface HealthSources {
  readonly assignment: Assignment
  readonly committer: Committer
  readonly deadlines: Deadlines
  readonly held: HeldEvents
  readonly givingUp: GivingUp
  readonly lag: LagMeter
  readonly changes: LogChanges
}

/** The health of a running subscriber. */
export function healthOf(sources: HealthSources): Health {
  const { assignment, committer, lag } = sources
  const down: HealthReason[] = []
  if (assignment.suspended !== undefined) {
    down.push({ code: 'LEASE_UNCERTAIN', message: `The lease on all partitions is uncertain: ${assignment.suspended}` })
  } else if (!assignment.settled) {
    down.push({ code: 'NOT_ASSIGNED', message: 'The group is sharing the partitions anew.' })
  }
  const degraded = [...heldReasons(sources), ...overdueReasons(sources), ...windowReasons(sources)]
  degraded.push(...courierReasons('DEAD_LETTER_FAILING', sources.givingUp.dead))
  degraded.push(...courierReasons('INBOX_FAILING', sources.givingUp.inbox))
  if (committer.failure !== undefined) {
    degraded.push({ code: 'COMMITS_FAILING', message: `The last commit failed: ${textOf(committer.failure)}` })
  }
  if (lag.failure !== undefined) {
    degraded.push({ code: 'LAG_UNKNOWN', message: `The lag could not be measured: ${textOf(lag.failure)}` })
  }
  degraded.push(
    ...changeReasons('EVENTS_REMOVED', 'removed', sources),
    ...changeReasons('LOG_REMADE', 'remade', sources),
  )
  const reasons = [...down, ...degraded]
  if (reasons.length === 0) return { status: 'up', reasons }
  return { status: down.length > 0 ? 'down' : 'degraded', reasons }
}

function heldReasons({ held }: HealthSources): HealthReason[] {
  const messages = [...held].slice(0, LISTED).map(([event, failure]) => {
    const { topic, partition, groupId } = event.window
    return `${event.envelope.type} ${event.envelope.id} at ${topic}/${partition}@${event.offset} holds its key in ${groupId}: ${failure.code}, ${failure.message}`
  })
  return listed('EVENT_HELD', messages, held.size)
}

function courierReasons(code: HealthReason['code'], courier: Courier | undefined): HealthReason[] {
  if (courier?.failure === undefined) return []
  const { topic, waiting, failure } = courier
  return [{ code, message: `${waiting} events cannot be written to ${topic}, and their keys wait: ${textOf(failure)}` }]
}

function overdueReasons({ deadlines }: HealthSources): HealthReason[] {
  const messages = [...deadlines.overdue].slice(0, LISTED).map(({ event }) => {
    const { topic, partition } = event.window
    return `The handler of ${event.envelope.type} at ${topic}/${partition}@${event.offset} goes on past its deadline; its key waits for it`
  })
  return listed('HANDLER_OVERDUE', messages, deadlines.overdue.size)
}

function windowReasons({ assignment, held, deadlines }: HealthSources): HealthReason[] {
  // A full window alone is how fast reading meets slow handlers; with keys that wait for good it may never empty.
  const stuck = new Set(
    [...held.keys(), ...[...deadlines.overdue].map(({ event }) => event)].map(({ window }) => window),
  )
  return [...assignment.windows.values()]
    .filter((window) => window.paused && stuck.has(window))
    .map(({ topic, partition, watermark }) => ({
      code: 'WINDOW_FULL',
      message: `${topic}/${partition} is not read on: ${watermark.pending} events wait, some behind events that are held.`,
    }))
}

function changeReasons(
  code: HealthReason['code'],
  kind: LogChange['kind'],
  { changes }: HealthSources,
): HealthReason[] {
  const messages = changes.recent().flatMap((change) => (change.kind === kind ? [change.message] : []))
  return listed(code, messages.slice(-LISTED), messages.length)
}

function listed(code: HealthReason['code'], messages: readonly string[], total: number): HealthReason[] {
  const reasons = messages.map((message) => ({ code, message }))
  if (total > messages.length) reasons.push({ code, message: `And ${total - messages.length} more.` })
  return reasons
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
