import type { PartitionRange, TopicPartition } from '@house-helper/events-core'
import { partitionKey } from './partition-key.ts'
import { ADMIN_TIMEOUT_MS, requireTopics } from './topic-metadata.ts'
import type { TopicMetadata } from './wire/cluster-map.ts'
import { untilDeadline, type Wire } from './wire/wire.ts'

const EARLIEST = '-2'
const LATEST = '-1'

/** The first and next offset of every partition of topics. */
export async function ranges(wire: Wire, topics: readonly string[]): Promise<PartitionRange[]> {
  // All of it again where it fails for a while: partitions that one broker led may have gone to several.
  return await untilDeadline(async (leftMs) => await rangesNow(wire, topics, leftMs), ADMIN_TIMEOUT_MS)
}

async function rangesNow(wire: Wire, topics: readonly string[], timeoutMs: number): Promise<PartitionRange[]> {
  const metadata = await requireTopics(wire, topics, timeoutMs)
  const partitions = metadata.flatMap(({ topic, partitionMetadata }) =>
    partitionMetadata.map(({ partitionId }) => ({ topic, partition: partitionId })),
  )
  const [lows, highs] = await Promise.all(
    [EARLIEST, LATEST].map((timestamp) => offsets(wire, metadata, timestamp, timeoutMs)),
  )
  return partitions.map(({ topic, partition }) => {
    const key = partitionKey({ topic, partition })
    return { topic, partition, low: lows?.get(key) ?? 0, high: highs?.get(key) ?? 0 }
  })
}

/** Asks each leader for the next offsets of all its partitions, in one attempt: it answers if it knows that it leads. */
export async function nextOffsets(
  wire: Wire,
  metadata: readonly TopicMetadata[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  return await offsets(wire, metadata, LATEST, timeoutMs)
}

async function offsets(
  wire: Wire,
  metadata: readonly TopicMetadata[],
  timestamp: string,
  timeoutMs: number,
): Promise<Map<string, number>> {
  const byLeader = new Map<number, TopicPartition[]>()
  for (const { topic, partitionMetadata } of metadata) {
    for (const { leader, partitionId } of partitionMetadata) {
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), { topic, partition: partitionId }])
    }
  }
  const answers = await Promise.all(
    [...byLeader.values()].map((led) => offsetsOf(wire.once, led, timestamp, timeoutMs)),
  )
  return new Map(answers.flat())
}

/** The first and next offset of one partition. */
export async function partitionRange(
  wire: Wire,
  partition: TopicPartition,
  timeoutMs: number,
): Promise<PartitionRange> {
  const [low, high] = await Promise.all(
    [EARLIEST, LATEST].map((time) => offsetsOf(wire.retrying, [partition], time, timeoutMs)),
  )
  return { ...partition, low: low?.[0]?.[1] ?? 0, high: high?.[0]?.[1] ?? 0 }
}

async function offsetsOf(
  ask: Wire['once'],
  led: readonly TopicPartition[],
  timestamp: string,
  timeoutMs: number,
): Promise<[string, number][]> {
  const [first] = led
  if (first === undefined) return []
  const byTopic = Map.groupBy(led, ({ topic }) => topic)
  const topics = [...byTopic].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition }) => ({ partition, timestamp })),
  }))
  // Uncommitted, since the range is about what was written, not about what transactions allow to be read.
  const args = { replicaId: -1, isolationLevel: 0, topics }
  const answer = (await ask({ target: first, api: 'ListOffsets', args, place: first }, timeoutMs)) as {
    responses: { topic: string; partitions: { partition: number; offset: string }[] }[]
  }
  return answer.responses.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }): [string, number] => [partitionKey({ topic, partition }), Number(offset)]),
  )
}
