import type { PositionVector } from '../vectors/position-vector.ts'
import type { PlanDocument, ReplayReason, ReplayState, ReplayTarget, RunDocument } from './document.ts'

/** What a replay would send, to whom, and what is known about how they take it. */
export interface ReplayPlan extends Omit<PlanDocument, '_id'> {
  readonly id: string
  /** How long sending takes at the plan's rate, in milliseconds. */
  readonly durationMs: number
}

/** A replay run: the sending of a plan, and how far it is. */
export interface ReplayRun {
  readonly id: string
  readonly planId: string
  readonly filter: string
  readonly from: PositionVector
  readonly until: PositionVector
  readonly targets: readonly ReplayTarget[]
  readonly state: ReplayState
  /** Why it failed, was paused or cancelled; or why it does not get on now. */
  readonly reason: ReplayReason | undefined
  /** Events that the plan has counted. */
  readonly total: number
  /** Events that every target has. */
  readonly sent: number
  /** What is to be sent next. */
  readonly position: PositionVector
  /** Events a second and group at most. */
  readonly ratePerSecond: number
  /** Events a second as it was measured over the last seconds; 0 where it is not being sent. */
  readonly perSecond: number
  /** How long it goes on at that rate, in milliseconds; undefined where it is not being sent. */
  readonly remainingMs: number | undefined
  readonly by: string
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly updatedAt: Date
  /** The last 50 changes of its state, oldest first. */
  readonly changes: RunDocument['changes']
}

/** States that nothing follows but, after `failed`, a resume. */
export const endStates: readonly ReplayState[] = ['done', 'cancelled', 'failed']

/** A plan as it is given out. */
export function replayPlan({ _id, ...rest }: PlanDocument): ReplayPlan {
  return { id: _id, ...rest, durationMs: Math.ceil((1_000 * rest.count) / rest.ratePerSecond) }
}

/** A run as it is given out. */
export function replayRun(document: RunDocument): ReplayRun {
  const { _id, checkpoint, total, ratePerSecond, reason, startedAt, endedAt } = document
  const { requestHash: _hash, fence: _fence, lease: _lease, checkpoint: _checkpoint, ...rest } = document
  const isSending = rest.state === 'running'
  const perSecond = isSending ? Math.round(document.perSecond * 10) / 10 : 0
  const left = Math.max(0, total - checkpoint.sent)
  // Before anything is measured, the rate that it is to have.
  const speed = document.perSecond > 0 ? Math.min(document.perSecond, ratePerSecond) : ratePerSecond
  return {
    ...rest,
    ...{ id: _id, sent: checkpoint.sent, position: checkpoint.position, perSecond, reason, startedAt, endedAt },
    remainingMs: isSending ? Math.ceil((1_000 * left) / speed) : undefined,
  }
}
