import { SubscriberError } from '../errors.ts'
import type { ReceivedEvent } from '../event.ts'
import type { BatchOutcome } from './batch-handler.ts'

/** What came of an event: a failure, or none where it is done. */
export type Failure = SubscriberError | undefined

/**
 * Reads what a batch handler returned: the failure of each event, in the order of the events. An event with no outcome,
 * or with two, has failed; whoever gives outcomes for other events may have mistaken one for another, so all have.
 */
export function readOutcomes(
  type: string,
  events: readonly ReceivedEvent[],
  returned: unknown,
  failed: (thrown: unknown) => SubscriberError,
): readonly Failure[] {
  if (!Array.isArray(returned)) {
    const all = failed(new TypeError(`the batch handler of ${type} returned no array of outcomes`))
    return events.map(() => all)
  }
  const known = new Set<unknown>(events)
  const outcomes = new Map<unknown, BatchOutcome | 'twice'>()
  for (const outcome of returned as readonly (Partial<BatchOutcome> | null | undefined)[]) {
    if (!isOutcome(outcome) || !known.has(outcome.event)) {
      const all = failed(
        new TypeError(`the batch handler of ${type} returned something else than outcomes of its events`),
      )
      return events.map(() => all)
    }
    outcomes.set(outcome.event, outcomes.has(outcome.event) ? 'twice' : outcome)
  }
  return events.map((event) => failureOf(event, outcomes.get(event), failed))
}

function failureOf(
  { type, id }: ReceivedEvent,
  outcome: BatchOutcome | 'twice' | undefined,
  failed: (thrown: unknown) => SubscriberError,
): Failure {
  if (outcome === undefined) return failed(new TypeError(`the batch handler of ${type} returned no outcome for ${id}`))
  if (outcome === 'twice') return failed(new TypeError(`the batch handler of ${type} returned two outcomes for ${id}`))
  if (outcome.kind === 'done') return undefined
  if (outcome.kind === 'failed') return failed(outcome.reason)
  return new SubscriberError('REJECTED', `The handler rejected the event: ${String(outcome.reason)}`)
}

function isOutcome(value: Partial<BatchOutcome> | null | undefined): value is BatchOutcome {
  return value?.kind === 'done' || value?.kind === 'failed' || value?.kind === 'rejected'
}
