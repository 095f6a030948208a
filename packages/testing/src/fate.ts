import type { ReceivedEvent } from '@house-helper/consumer'

/**
 * What has become of an event so far: it has `arrived`; an attempt has `failed`; it is `postponed` to the inbox; it was
 * `handled`; it was `repeated`, which its receipt told; or it is a `dead` letter.
 */
export type FateState = 'arrived' | 'failed' | 'postponed' | 'handled' | 'repeated' | 'dead'

/** Why handling has failed. */
export interface Failure {
  /** `HANDLER_FAILED`, `REJECTED`, `CONTRACT_BROKEN` and so on. */
  readonly code: string
  readonly message: string
}

/** A fate is what has become of one message of a domain topic. */
export interface Fate {
  /** As it was written; once handled, as its handler got it. */
  event: ReceivedEvent
  /** Whether the test put it there, not the code under test. */
  byTest: boolean
  /** When it arrived, and when its state changed last, in the order of all that happens in a world. */
  arrivedAt: number
  changedAt: number
  state: FateState
  attempts: number
  failure: Failure | undefined
  /** What a handler threw last. */
  thrown: unknown
  /** When its next attempt begins, by the world's clock; undefined where there is none to come. */
  dueMs: number | undefined
}

/** Says in a sentence what has become of an event. */
export function fateText(fate: Fate, nowMs: number, handledTypes: ReadonlySet<string>): string {
  const { event, state, attempts, failure, dueMs } = fate
  const name = `${event.type} ${event.id}`
  const why = failure === undefined ? '' : `${failure.code}: ${failure.message}`
  switch (state) {
    case 'handled':
      return `${name} was handled.`
    case 'repeated':
      return `${name} is a repeat: its receipt was there, and no handler ran.`
    case 'dead':
      return `${name} is a dead letter after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${why}`
    case 'failed':
      return dueMs === undefined
        ? `${name} has failed at attempt ${attempts} and holds its key: ${why}`
        : `${name} has failed at attempt ${attempts}: ${why}\n    ${dueText(dueMs - nowMs)}`
    case 'postponed':
      return `${name} has failed ${attempts} times and comes again later: ${why}\n    ${dueText((dueMs ?? nowMs) - nowMs)}`
    case 'arrived':
      return handledTypes.has(event.type)
        ? `${name} has arrived, and its handler has not ended, or waits for an earlier event of its subject.`
        : `${name} has arrived, and has no handler here.`
  }
}

function dueText(ms: number): string {
  return ms > 0
    ? `Its next attempt is due in ${ms} ms of the world's clock: await world.clock.advance(${ms})`
    : 'Its next attempt is due.'
}
