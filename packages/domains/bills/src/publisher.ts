import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { bills } from './domain.ts'

/** Publishes the events of this domain. */
export type BillsPublisher = Publisher<typeof bills>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createBillsPublisher(options: PublisherOptions): BillsPublisher {
  return createPublisher(bills, options)
}
