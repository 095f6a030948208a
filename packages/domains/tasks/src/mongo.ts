import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { createOutbox, type MongoContext, type Outbox, type OutboxOptions } from '@house-helper/outbox'
import { tasks } from './domain.ts'

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
export type TasksOutbox = Outbox<typeof tasks>

/**
 * Creates an outbox of the events of this domain in the service's own database. `createOutboxRelay` publishes what it
 * holds.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function createTasksOutbox(options: OutboxOptions): TasksOutbox {
  return createOutbox(tasks, options)
}

/** Handlers by the event types of this domain, with `session` in their context. */
export type TasksOnceHandlers = Handlers<typeof tasks, MongoContext>

/**
 * Defines how a service handles the events of this domain in transactions: as `onTasks`, for a subscriber with
 * `once: mongoOnce(client)`, whose session each handler gets in its context.
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of this domain.
 */
export function onTasksOnce(handlers: TasksOnceHandlers): HandlerSet<MongoContext> {
  return defineHandlers<typeof tasks, MongoContext>(tasks, handlers)
}
