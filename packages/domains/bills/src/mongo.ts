import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { createOutbox, type MongoContext, type Outbox, type OutboxOptions } from '@house-helper/outbox'
import { bills } from './domain.ts'

export {
  createOutboxRelay,
  type Enqueued,
  type EnqueueFields,
  type MongoContext,
  type MongoOnceOptions,
  mongoOnce,
  type OutboxError,
  type OutboxOptions,
  type OutboxRelay,
  type OutboxRelayOptions,
  type RelayHealth,
  type RelayStats,
} from '@house-helper/outbox'

/** Takes the events of this domain in the transactions of the service's own writes. */
export type BillsOutbox = Outbox<typeof bills>

/**
 * Creates an outbox of the events of this domain in the service's own database. `createOutboxRelay` publishes what it
 * holds.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function createBillsOutbox(options: OutboxOptions): BillsOutbox {
  return createOutbox(bills, options)
}

/** Handlers by the event types of this domain, with `session` in their context. */
export type BillsOnceHandlers = Handlers<typeof bills, MongoContext>

/**
 * Defines how a service handles the events of this domain in transactions: as `onBills`, for a subscriber with
 * `once: mongoOnce(client)`, whose session each handler gets in its context.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onBillsOnce(handlers: BillsOnceHandlers): HandlerSet<MongoContext> {
  return defineHandlers<typeof bills, MongoContext>(bills, handlers)
}
