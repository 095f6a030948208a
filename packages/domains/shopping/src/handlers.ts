import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type ShoppingEventType, shopping } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type ShoppingHandlers = Handlers<typeof shopping>

/** An event of this domain as its handler gets it. */
export type ShoppingEvent<Type extends ShoppingEventType> = ReceivedEvent<ContractOf<typeof shopping, Type>>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onShopping(handlers: ShoppingHandlers): HandlerSet {
  return defineHandlers(shopping, handlers)
}
