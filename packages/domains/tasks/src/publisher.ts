import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { tasks } from './domain.ts'

/** Publishes the events of this domain. */
export type TasksPublisher = Publisher<typeof tasks>

/**
 * Creates a publisher of the events of this domain. Brokers come from `KAFKA_BROKERS` where the options name none.
 * Close it: `close()` sends what is queued.
 */
export function createTasksPublisher(options: PublisherOptions): TasksPublisher {
  return createPublisher(tasks, options)
}
