import { SubscriberError } from './errors.ts'
import type { ReceivedEvent } from './event.ts'
import type { Delivery } from './handler-context.ts'
import type { PendingEvent } from './scheduling/pending-event.ts'

/** One attempt to handle a delivery, as whoever keeps receipts needs to know it. */
export interface OnceDelivery {
  readonly event: ReceivedEvent
  /** The message's value, byte for byte. */
  readonly value: Uint8Array
  readonly delivery: Delivery
  /** Aborts when the handler's effects must not happen any more. */
  readonly signal: AbortSignal
  /** The handler's deadline, by the clock of `performance.now()`. */
  readonly deadlineMs: number
}

/**
 * What came of it: the handler has run and its effects are there; they were there before; the receipt is of another event
 * with the same id; or another attempt, perhaps of a process that is dead, has the receipt in hand and is not done.
 */
export type OnceOutcome = 'handled' | 'repeat' | 'conflict' | 'held'

/**
 * Gives each event its effects once, by a receipt that is written together with them. `Extra` is what the handler needs
 * for that and gets in its context, such as the session of a transaction.
 *
 * `run` calls `handle`, which it may do several times as long as the effects of only the last one remain, or not at all.
 * It rejects where `handle` rejects, and then neither effects nor receipt remain.
 */
export interface Once<Extra = unknown> {
  run(delivery: OnceDelivery, handle: (extra: Extra) => Promise<void>): Promise<OnceOutcome>
  /**
   * The same for a batch, all of whose effects and receipts come together or not at all: `handle` gets the deliveries
   * that have no receipt yet, in their order, and is not called where there are none. Says of each what came of it.
   */
  runBatch(
    deliveries: readonly OnceDelivery[],
    handle: (extra: Extra, fresh: readonly OnceDelivery[]) => Promise<void>,
  ): Promise<readonly OnceOutcome[]>
}

/** Another event with the same id has a receipt, and trying again would not help. */
export function idConflict({ envelope: { id } }: PendingEvent): SubscriberError {
  return new SubscriberError(
    'EVENT_ID_CONFLICT',
    `Another event with the id ${id} was handled before, with another type, subject, user or data. Give each event an id of its own.`,
  )
}

/** Another attempt has the receipt in hand and is waited for. */
export function receiptHeld({ envelope: { id } }: PendingEvent): SubscriberError {
  const message = `Another attempt to handle ${id} has not ended; it is waited for.`
  return new SubscriberError('RECEIPT_HELD', message, { canRetry: true })
}

/** Throws `SETTINGS_INVALID` for what cannot keep receipts. */
export function checkOnce(once: Once | undefined): void {
  if (once === undefined || (typeof once.run === 'function' && typeof once.runBatch === 'function')) return
  throw new SubscriberError('SETTINGS_INVALID', '`once` keeps receipts, as mongoOnce(client) makes it.')
}
