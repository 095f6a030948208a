import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { notifications } from './domain.ts'

/** Publishes the events of this domain. */
export type NotificationsPublisher = Publisher<typeof notifications>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createNotificationsPublisher(options: PublisherOptions): NotificationsPublisher {
  return createPublisher(notifications, options)
}
