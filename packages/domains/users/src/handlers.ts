import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type UsersEventType, users } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type UsersHandlers = Handlers<typeof users>

/** An event of this domain as its handler gets it. */
export type UsersEvent<Type extends UsersEventType> = ReceivedEvent<ContractOf<typeof users, Type>>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onUsers(handlers: UsersHandlers): HandlerSet {
  return defineHandlers(users, handlers)
}
