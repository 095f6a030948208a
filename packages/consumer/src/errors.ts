import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that this package throws, rejects with, aborts with or gives as the reason why an event is held.
 *
 * - `HANDLERS_INVALID`: handlers name a type that their domain does not have, or are no functions.
 * - `HANDLED_TWICE`: one event type has two handlers in one subscriber.
 * - `SETTINGS_INVALID`: settings of a subscriber are wrong; the message lists all of them.
 * - `TOPICS_MISSING`: topics that the subscriber needs do not exist.
 * - `HANDLER_FAILED`: a handler threw; `cause` is what it threw.
 * - `HANDLER_TIMEOUT`: a handler was not done at its deadline.
 * - `REJECTED`: a handler rejected the event for good.
 * - `CONTRACT_BROKEN`: the event's data or subject is not what its contract says.
 * - `EVENT_ID_CONFLICT`: another event with the same id was handled before; only receipts can tell.
 * - `RECEIPT_HELD`: another attempt to handle the event, perhaps of a dead process, has its receipt in hand.
 * - `VERSION_TOO_NEW`: the event has a later major version than the contract here.
 * - `VERSION_UNKNOWN`: the event has an earlier major version than the contract here, or none that can be read.
 * - `PROCESS_DIED`: the process died while it handled this event, as often as the event may be tried.
 * - `LEASE_UNCERTAIN`, `PARTITION_LOST`, `CLOSING`: why the signal of a running handler was aborted.
 * - `STALLED`: messages were waiting and the subscriber made no progress, even with a new receiver.
 * - `CLOSED`: used after `close()`, or started twice.
 * - `DEFECT`: a mistake in this package; please report it.
 */
export type SubscriberErrorCode =
  | 'HANDLERS_INVALID'
  | 'HANDLED_TWICE'
  | 'SETTINGS_INVALID'
  | 'TOPICS_MISSING'
  | 'HANDLER_FAILED'
  | 'HANDLER_TIMEOUT'
  | 'REJECTED'
  | 'CONTRACT_BROKEN'
  | 'EVENT_ID_CONFLICT'
  | 'RECEIPT_HELD'
  | 'VERSION_TOO_NEW'
  | 'VERSION_UNKNOWN'
  | 'PROCESS_DIED'
  | 'LEASE_UNCERTAIN'
  | 'PARTITION_LOST'
  | 'CLOSING'
  | 'STALLED'
  | 'CLOSED'
  | 'DEFECT'

/** An error of a subscriber, or the failure of one handling. */
export class SubscriberError extends HouseHelperError<SubscriberErrorCode> {
  override readonly name = 'SubscriberError'
}
