import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { timers } from './domain.ts'

/** Publishes the events of this domain. */
export type TimersPublisher = Publisher<typeof timers>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createTimersPublisher(options: PublisherOptions): TimersPublisher {
  return createPublisher(timers, options)
}
