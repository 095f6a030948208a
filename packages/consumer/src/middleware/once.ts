import { Attempt } from '../attempt.ts'
import { SubscriberError } from '../errors.ts'
import { receivedEvent } from '../event.ts'
import type { Once } from '../once.ts'
import type { PendingEvent } from '../pending-event.ts'
import type { Handler, Middleware } from './handler.ts'

/** Runs handlers within receipts where there are any; what has one already is not handled again. */
export function once(receipts: Once | undefined): Middleware {
  if (receipts === undefined) return (next) => next
  return (next) => (event) => {
    const { attempt } = event
    if (!(attempt instanceof Attempt)) {
      throw new SubscriberError('DEFECT', 'A handler was called without an attempt.')
    }
    return runOnce(receipts, next, event, attempt)
  }
}

async function runOnce(receipts: Once, next: Handler, event: PendingEvent, attempt: Attempt): Promise<void> {
  const { signal, delivery, deadlineMs } = attempt
  const value = event.message.value ?? new Uint8Array()
  let runs = 0
  const handle = async (extra: unknown): Promise<void> => {
    runs += 1
    // A run before, whose effects are gone, may have changed the data.
    if (runs > 1) event.refresh()
    Object.assign(attempt, extra)
    await next(event)
    // A handler that swallows its own rejection, or its deadline, must not leave effects.
    const failure = attempt.afterReturn()
    if (failure !== undefined) throw failure
  }
  const read = receivedEvent(event.envelope)
  const outcome = await receipts.run({ event: read, value, delivery, signal, deadlineMs }, handle)
  event.repeat = outcome === 'repeat'
  if (outcome === 'conflict') throw attempt.conflict()
  if (outcome === 'held') throw attempt.held()
}
