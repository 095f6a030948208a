import type { FetchedMessage, Transport } from '@house-helper/events-core'

/** A message with the partition that it lies in. */
export interface TopicMessage extends FetchedMessage {
  readonly topic: string
  readonly partition: number
}

/** Everything that topics hold now, partition by partition and in order, without a group. */
export async function* readTopics(transport: Transport, topics: readonly string[]): AsyncGenerator<TopicMessage> {
  for (const { topic, partition, low, high } of await transport.admin.ranges(topics)) {
    for (let offset = low; offset < high; ) {
      const messages = await transport.read({ topic, partition, offset }, { timeoutMs: 30_000 })
      // Markers of transactions and compaction leave offsets without a message.
      if (messages.length === 0) break
      for (const message of messages) yield { ...message, topic, partition }
      offset = (messages.at(-1)?.offset ?? high) + 1
    }
  }
}
