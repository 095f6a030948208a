import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { shopping } from './domain.ts'

/** Publishes the events of this domain. */
export type ShoppingPublisher = Publisher<typeof shopping>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createShoppingPublisher(options: PublisherOptions): ShoppingPublisher {
  return createPublisher(shopping, options)
}
