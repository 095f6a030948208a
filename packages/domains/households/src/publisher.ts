import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { households } from './domain.ts'

/** Publishes the events of this domain. */
export type HouseholdsPublisher = Publisher<typeof households>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createHouseholdsPublisher(options: PublisherOptions): HouseholdsPublisher {
  return createPublisher(households, options)
}
