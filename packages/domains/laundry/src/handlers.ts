import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type LaundryEventType, laundry } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type LaundryHandlers = Handlers<typeof laundry>

/** An event of this domain as its handler gets it. */
export type LaundryEvent<Type extends LaundryEventType> = ReceivedEvent<ContractOf<typeof laundry, Type>>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onLaundry(handlers: LaundryHandlers): HandlerSet {
  return defineHandlers(laundry, handlers)
}
