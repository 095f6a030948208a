import { oldestAgeSeconds } from '@house-helper/consumer'
import type { Admin, Transport } from '@house-helper/events-core'

/** How far a group is behind in one topic-partition. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** Offsets between what the group has committed and the partition's end. */
  readonly messages: number
  /** Age of the oldest message that is not committed, by its own timestamp; 0 where there is none. */
  readonly seconds: number
  /** The offset that the partition's next message gets. */
  readonly end: number
}

/** The part of a Transport that measuring takes. */
export type LagSource = Pick<Transport, 'read'> & { readonly admin: Pick<Admin, 'ranges' | 'committed'> }

/**
 * Measures the lag of a group in every partition of these topics, from the broker: a consumer that is stuck, or away,
 * shows as well as one that runs.
 */
export async function measureLag(
  source: LagSource,
  groupId: string,
  topics: readonly string[],
  nowMs: number = Date.now(),
): Promise<readonly PartitionLag[]> {
  if (topics.length === 0) return []
  const [ranges, commits] = await Promise.all([source.admin.ranges(topics), source.admin.committed(groupId, topics)])
  const committed = new Map(commits.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
  return await Promise.all(
    ranges.map(async ({ topic, partition, low, high }) => {
      // What retention has deleted cannot be caught up with.
      const next = Math.max(committed.get(`${topic}/${partition}`) ?? low, low)
      const messages = Math.max(0, high - next)
      const seconds = messages === 0 ? 0 : await oldestAgeSeconds(source, { topic, partition, offset: next }, nowMs)
      return { topic, partition, messages, seconds, end: high }
    }),
  )
}
