import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { laundry } from './domain.ts'

/** Publishes the events of this domain. */
export type LaundryPublisher = Publisher<typeof laundry>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createLaundryPublisher(options: PublisherOptions): LaundryPublisher {
  return createPublisher(laundry, options)
}
