import type { Logger } from '@house-helper/events-core'
import { createSubscriber, type Subscriber, type SubscriberOptions } from '@house-helper/tasks'
import { mongoOnce, onTasksOnce } from '@house-helper/tasks/mongo'
import type { MongoClient } from 'mongodb'
import { conductedHandler } from './handler.ts'

/** How a handling service is made. */
export interface HandlingOptions {
  readonly brokers: readonly string[]
  /** Stays open: a handler that outlives its service must be shut out by its receipt, not by a closed connection. */
  readonly client: MongoClient
  readonly topicPrefix: string
  readonly groupId: string
  /** Where its effects and receipts are. */
  readonly database: string
  /** Default: the subscriber's. */
  readonly settings?: Pick<SubscriberOptions, 'sessionTimeoutMs' | 'retry' | 'concurrency' | 'clientId'>
  readonly troubled?: boolean
  readonly onHandled?: (eventId: string) => void
  readonly logger?: Logger
}

/** A service that handles the tasks of households as their events tell it to, with effects once. */
export interface HandlingService {
  readonly subscriber: Subscriber
  /** Attempts whose signal aborted before their handler was done: their effects must not be there. */
  readonly stale: ReadonlySet<string>
}

/** Makes a handling service. Nothing is received before its subscriber is started. */
export function createHandlingService(options: HandlingOptions): HandlingService {
  const { brokers, client, topicPrefix, groupId, database, settings, logger } = options
  const { troubled = false, onHandled = () => {} } = options
  const stale = new Set<string>()
  const handle = conductedHandler({ db: client.db(database), troubled, stale, onHandled })
  const subscriber = createSubscriber({
    ...{ brokers, topicPrefix, groupId, ...settings },
    ...(logger && { logger }),
    once: mongoOnce(client, { database }),
    on: [
      onTasksOnce({ 'task.created': handle, 'task.updated': handle, 'task.completed': handle, 'task.deleted': handle }),
    ],
  })
  return { subscriber, stale }
}
