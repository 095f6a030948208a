import type { TopicPartition } from '@house-helper/events-core'

/** The name under which members of a group agree on this assignment; kafkajs's members know it by the same. */
export const ROUND_ROBIN = 'RoundRobinAssigner'

/** A member and the topics that it wants. */
export interface Candidate {
  readonly memberId: string
  readonly topics: readonly string[]
}

/**
 * Deals partitions to members one after the other, in the order of the members' ids, as kafkajs does; each only to
 * members that want its topic.
 */
export function dealRoundRobin(
  candidates: readonly Candidate[],
  partitions: readonly TopicPartition[],
): ReadonlyMap<string, readonly TopicPartition[]> {
  const hands = new Map<string, TopicPartition[]>()
  const sorted = candidates.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  for (const { memberId } of sorted) hands.set(memberId, [])
  partitions.forEach((partition, index) => {
    const wanting = sorted.filter(({ topics }) => topics.includes(partition.topic))
    const next = wanting[index % wanting.length]
    if (next) hands.get(next.memberId)?.push(partition)
  })
  return hands
}
