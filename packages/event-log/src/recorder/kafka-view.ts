import { type PartitionRange, type Transport, TransportError } from '@house-helper/events-core'
import type { KafkaViewer } from './opening.ts'

interface Answer {
  readonly clusterId: string
  readonly topicIds: ReadonlyMap<string, string>
  readonly ranges: readonly PartitionRange[]
}

/**
 * Makes a viewer that answers all questions of one moment with one request: on an assignment every partition is opened
 * at once. A question is never answered by a request that was sent before it.
 */
export function createKafkaViewer({ admin }: Pick<Transport, 'admin'>): KafkaViewer {
  let topics = new Set<string>()
  let answer: Promise<Answer> | undefined
  const ask = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const asked = [...topics]
    topics = new Set()
    answer = undefined
    const [clusterId, topicIds, ranges] = await Promise.all([
      admin.clusterId(),
      admin.topicIds(asked),
      admin.ranges(asked),
    ])
    return { clusterId, topicIds, ranges }
  }
  return async ({ topic, partition }) => {
    topics.add(topic)
    answer ??= ask()
    const { clusterId, topicIds, ranges } = await answer
    const range = ranges.find((range) => range.topic === topic && range.partition === partition)
    if (range !== undefined) return { clusterId, topicId: topicIds.get(topic), range }
    throw new TransportError(
      'TOPIC_MISSING',
      `Kafka knows no partition ${partition} of ${topic}. Create the topic anew.`,
      {
        canRetry: true,
        details: { topic, partition },
      },
    )
  }
}
