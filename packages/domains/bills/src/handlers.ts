import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type BillsEventType, bills } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type BillsHandlers = Handlers<typeof bills>

/** An event of this domain as its handler gets it. */
export type BillsEvent<Type extends BillsEventType> = ReceivedEvent<ContractOf<typeof bills, Type>>

/**
 * Defines how a service handles the events of this domain; `createSubscriber` takes the result.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onBills(handlers: BillsHandlers): HandlerSet {
  return defineHandlers(bills, handlers)
}
