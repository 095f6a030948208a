import type { Standing } from '@house-helper/consumer'
import type { DeadLetterSummary } from '../dead-letters/dead-letter.ts'
import type { GroupDelivery, InboxDelivery, SentReplay } from './delivery.ts'

/** What is known of one group and one event. */
export interface Evidence {
  /** By the live position; undefined where that says nothing. */
  readonly standing: Standing | undefined
  /** Whether the event still lies where it was recorded. */
  readonly sameLog: boolean
  /** Whether members receive the topic now; undefined where that is not known. */
  readonly isReceived: boolean | undefined
  /** The newest dead letter of the event in the group. */
  readonly letter: DeadLetterSummary | undefined
  readonly redrivePassed: boolean | undefined
  readonly inbox: readonly InboxDelivery[]
  /** Replay runs that have sent it to the group. */
  readonly replays: readonly SentReplay[]
}

type State = Pick<GroupDelivery, 'state' | 'reason' | 'attempts'>

/** Says where a group stands. What happened last counts: a dead letter after the event's place, what was sent after that. */
export function deliveryState(evidence: Evidence): State {
  const { letter, inbox, replays } = evidence
  const sent = inbox.at(-1)
  if (sent !== undefined && letter?.state !== 'open') return sentState(sent)
  // A dead letter stays open until it is redriven or discarded, whatever a replay has sent since.
  if (letter?.state === 'open') return of('dead')
  const replayed = replays[0]
  if (replayed !== undefined && (letter === undefined || replayed.startedAt > lastChange(letter))) return of('replayed')
  if (letter?.state === 'redriven') return of('redriven')
  if (letter !== undefined) return of('dead')
  return liveState(evidence)
}

function lastChange({ changes, lastTime }: DeadLetterSummary): Date {
  return changes.at(-1)?.at ?? lastTime
}

function sentState({ kind, attempts }: InboxDelivery): State {
  if (kind === 'retry' || attempts > 0) return { state: 'retrying', reason: undefined, attempts }
  return of(kind === 'redrive' ? 'redriven' : 'replayed')
}

function liveState({ standing, sameLog, isReceived }: Evidence): State {
  if (!sameLog) return unknown('other-log')
  if (standing === undefined) return unknown('hidden')
  if (standing.state === 'passed') return of('passed')
  if (standing.state === 'gone') return unknown('gone')
  if (isReceived === false) return unknown('not-received')
  if (standing.state !== 'retrying') return of('waiting')
  return { state: 'retrying', reason: undefined, attempts: standing.attempts }
}

function of(state: GroupDelivery['state']): State {
  return { state, reason: undefined, attempts: undefined }
}

function unknown(reason: NonNullable<GroupDelivery['reason']>): State {
  return { state: 'unknown', reason, attempts: undefined }
}
