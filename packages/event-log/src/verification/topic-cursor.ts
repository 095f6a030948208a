import type { FetchedMessage, TopicPartition, Transport } from '@house-helper/events-core'

/** Reads a partition of a topic range by range, each message once; ranges rise. */
export interface TopicCursor {
  /** The messages from one offset up to another. */
  take(from: number, to: number): Promise<readonly FetchedMessage[]>
}

/** Makes a cursor; it holds what one answer of the broker had. */
export function topicCursor(transport: Pick<Transport, 'read'>, { topic, partition }: TopicPartition): TopicCursor {
  let waiting: readonly FetchedMessage[] = []
  return {
    async take(from, to) {
      const taken: FetchedMessage[] = []
      for (let next = from; next < to; ) {
        if (waiting.at(-1) === undefined || (waiting.at(-1)?.offset ?? 0) < next) {
          waiting = await transport.read({ topic, partition, offset: next })
          if (waiting.length === 0) break
        }
        const end = waiting.findIndex(({ offset }) => offset >= to)
        const within = end === -1 ? waiting : waiting.slice(0, end)
        taken.push(...within.filter(({ offset }) => offset >= next))
        if (end !== -1) break
        next = (waiting.at(-1)?.offset ?? next) + 1
      }
      return taken
    },
  }
}
