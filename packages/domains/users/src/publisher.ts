import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { users } from './domain.ts'

/** Publishes the events of this domain. */
export type UsersPublisher = Publisher<typeof users>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createUsersPublisher(options: PublisherOptions): UsersPublisher {
  return createPublisher(users, options)
}
