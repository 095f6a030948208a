import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type NotificationsEventType, notifications } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type NotificationsHandlers = Handlers<typeof notifications>

/** An event of this domain as its handler gets it. */
export type NotificationsEvent<Type extends NotificationsEventType> = ReceivedEvent<
  ContractOf<typeof notifications, Type>
>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onNotifications(handlers: NotificationsHandlers): HandlerSet {
  return defineHandlers(notifications, handlers)
}
