import type { SubscriberError } from './errors.ts'
import { type ReceivedEvent, receivedEvent } from './event.ts'
import type { Delivery } from './handler-context.ts'
import type { PendingEvent } from './scheduling/pending-event.ts'
import { deliveryOf } from './setting-aside/delivery-note.ts'

/** What an outcome is of: an event as it was received, and the delivery that it came by. */
export interface Handling {
  readonly event: ReceivedEvent
  readonly delivery: Delivery
}

/** Is told what becomes of events in the turn in which it happens. It must not throw. */
export interface OutcomeListener {
  /** Handling has succeeded, with what `once` keeps; a `repeat` was not handled again, as its receipt was there. */
  handled(handling: Handling, repeat: boolean): void
  /** An attempt has failed. The next one in place begins after `delayMs`; without it the event is given up or comes later. */
  failed(handling: Handling, failure: SubscriberError, delayMs?: number): void
}

/** The event is read anew: its handler may have changed the data that it was given. */
export function handlingOf(event: PendingEvent): Handling {
  const { envelope, data } = event.unchanged()
  return { event: receivedEvent(envelope, data), delivery: deliveryOf(event) }
}
