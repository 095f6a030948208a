import type { TopicPartition } from '@house-helper/events-core'

/** A key for a partition in maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`
}
