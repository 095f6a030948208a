import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type TimersEventType, timers } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type TimersHandlers = Handlers<typeof timers>

/** An event of this domain as its handler gets it. */
export type TimersEvent<Type extends TimersEventType> = ReceivedEvent<ContractOf<typeof timers, Type>>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onTimers(handlers: TimersHandlers): HandlerSet {
  return defineHandlers(timers, handlers)
}
