import { Attempt } from '../attempt/attempt.ts'
import { SubscriberError } from '../errors.ts'
import { receivedEvent } from '../event.ts'
import type { Once } from '../once.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Handler, Middleware } from './handler.ts'

/** What running within receipts needs. */
export interface OnceNeeds {
  readonly receipts: Once | undefined
  /** Commits what is done and what is being tried; resolves also where that was impossible. */
  readonly commit: () => Promise<void>
}

/**
 * Runs handlers within receipts where there are any; what has one already is not handled again.
 *
 * An event whose receipt is waited for is not being tried: should the process die meanwhile, it is not to blame.
 */
export function once({ receipts, commit }: OnceNeeds): Middleware {
  if (receipts === undefined) return (next) => next
  return (next) => (event) => {
    const { attempt } = event
    if (!(attempt instanceof Attempt)) {
      throw new SubscriberError('DEFECT', 'A handler was called without an attempt.')
    }
    event.waiting = true
    const begin = (): Promise<void> => beginning(event, attempt, commit)
    return runOnce(receipts, next, { event, attempt, begin }).finally(() => {
      event.waiting = false
    })
  }
}

/** Ends an event's waiting; where a successor would take it for waiting, that is put right first. */
async function beginning(event: PendingEvent, { signal }: Attempt, commit: () => Promise<void>): Promise<void> {
  event.waiting = false
  if (!event.toldWaiting) return
  await commit()
  signal.throwIfAborted()
}

/** An attempt within receipts. */
interface Trial {
  readonly event: PendingEvent
  readonly attempt: Attempt
  /** Resolves once the handler may begin. */
  readonly begin: () => Promise<void>
}

async function runOnce(receipts: Once, next: Handler, { event, attempt, begin }: Trial): Promise<void> {
  const { signal, delivery, deadlineMs } = attempt
  const value = event.message.value ?? new Uint8Array()
  let runs = 0
  const handle = async (extra: unknown): Promise<void> => {
    runs += 1
    // A run before, whose effects are gone, may have changed the data.
    if (runs > 1) event.refresh()
    else await begin()
    Object.assign(attempt, extra)
    await next(event)
    // A handler that swallows its own rejection, or its deadline, must not leave effects.
    const failure = attempt.afterReturn()
    if (failure !== undefined) throw failure
  }
  const read = receivedEvent(event.envelope, event.data)
  const outcome = await receipts.run({ event: read, value, delivery, signal, deadlineMs }, handle)
  event.repeat = outcome === 'repeat'
  if (outcome === 'conflict') throw attempt.conflict()
  if (outcome === 'held') throw attempt.held()
}
