import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { createOutbox, type MongoContext, type Outbox, type OutboxOptions } from '@house-helper/outbox'
import { timers } from './domain.ts'

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
export type TimersOutbox = Outbox<typeof timers>

/**
 * Creates an outbox of the events of this domain in the service's own database. `createOutboxRelay` publishes what it
 * holds.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function createTimersOutbox(options: OutboxOptions): TimersOutbox {
  return createOutbox(timers, options)
}

/** Handlers by the event types of this domain, with `session` in their context. */
export type TimersOnceHandlers = Handlers<typeof timers, MongoContext>

/**
 * Defines how a service handles the events of this domain in transactions: as `onTimers`, for a subscriber with
 * `once: mongoOnce(client)`, whose session each handler gets in its context.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onTimersOnce(handlers: TimersOnceHandlers): HandlerSet<MongoContext> {
  return defineHandlers<typeof timers, MongoContext>(timers, handlers)
}
