import type { DeliveryKind } from '@house-helper/events-core'
import type { DeadLetterSummary } from '../dead-letters/dead-letter.ts'

/**
 * Where a group stands with one event, never more than is known:
 *
 * - `waiting`: not known to be done. It may be in hand for the first time.
 * - `passed`: the group is past it. It was handled, or nobody there handles its type; which, the log cannot know.
 * - `retrying`: tried and failed at least once, and to be tried again.
 * - `dead`: given up; `deadLetter` has the reason.
 * - `redriven`: given up, and sent to the group again since.
 * - `replayed`: sent to the group by a replay run, after it was past it live.
 * - `unknown`: `reason` says why.
 */
export type DeliveryState = 'waiting' | 'passed' | 'retrying' | 'dead' | 'redriven' | 'replayed' | 'unknown'

/**
 * Why a group's state is not known.
 *
 * - `hidden`: this user may not look at the group.
 * - `other-log`: Kafka's topic was made anew since; positions of then and now cannot be compared.
 * - `gone`: Kafka deleted it (retention) before the group had committed beyond it.
 * - `not-received`: the group has committed in the topic, and receives it no more.
 */
export type UnknownReason = 'hidden' | 'other-log' | 'gone' | 'not-received'

/** A replay run that has sent an event to a group. */
export interface SentReplay {
  readonly runId: string
  readonly startedAt: Date
}

/** What was sent to a group through its inbox topic, and has not passed there. */
export interface InboxDelivery {
  readonly kind: DeliveryKind
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Handler attempts so far. */
  readonly attempts: number
  /** Not to be tried before. */
  readonly notBefore: Date | undefined
  readonly replayRunId: string | undefined
}

/** Where one group stands with one event. */
export interface GroupDelivery {
  readonly group: string
  readonly state: DeliveryState
  readonly reason: UnknownReason | undefined
  /** Whether the members say that they handle the type; undefined where none of them says anything. */
  readonly handles: boolean | undefined
  /** Members of the group now; undefined where it may not be looked at. */
  readonly members: number | undefined
  /** Uncommitted messages of the partition before this event; given while it waits or is retried in place. */
  readonly before: number | undefined
  /** Attempts that have failed, or run; given while it is retried. */
  readonly attempts: number | undefined
  /** The newest dead letter of this event in this group. */
  readonly deadLetter: DeadLetterSummary | undefined
  /** Whether what was redriven last has passed in the group's inbox; undefined where nothing was, or it is not known. */
  readonly redrivePassed: boolean | undefined
  /** The replay runs that have sent it to the group, the newest first, of the newest 200 runs. */
  readonly replays: readonly SentReplay[]
  /** What waits in the group's inbox for this event. */
  readonly inbox: readonly InboxDelivery[]
  /** Whether all that waits in the inbox was read; where not, more deliveries of this event may wait there. */
  readonly inboxRead: boolean
}

/** Where every group that receives an event's topic stands with it. */
export interface Deliveries {
  /** By group. The event logger's own group is left out: the record is its proof. */
  readonly groups: readonly GroupDelivery[]
  /** When the groups were asked. Commits come about once a second, so the newest are missing. */
  readonly at: Date
}
