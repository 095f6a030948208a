import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { createOutbox, type MongoContext, type Outbox, type OutboxOptions } from '@house-helper/outbox'
import { users } from './domain.ts'

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
export type UsersOutbox = Outbox<typeof users>

/**
 * Creates an outbox of the events of this domain in the service's own database. `createOutboxRelay` publishes what it
 * holds.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function createUsersOutbox(options: OutboxOptions): UsersOutbox {
  return createOutbox(users, options)
}

/** Handlers by the event types of this domain, with `session` in their context. */
export type UsersOnceHandlers = Handlers<typeof users, MongoContext>

/**
 * Defines how a service handles the events of this domain in transactions: as `onUsers`, for a subscriber with
 * `once: mongoOnce(client)`, whose session each handler gets in its context.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onUsersOnce(handlers: UsersOnceHandlers): HandlerSet<MongoContext> {
  return defineHandlers<typeof users, MongoContext>(users, handlers)
}
