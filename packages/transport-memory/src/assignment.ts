import type { TopicPartition } from '@house-helper/events-core'

/** A partition's name as a map key. Topic names have no slash. */
export function placeKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

/** Deals partitions out in turn, each to the next subscribed member; the order of members decides who gets which. */
export function distribute<Member extends { readonly topics: readonly string[] }>(
  partitions: readonly TopicPartition[],
  members: readonly Member[],
): Map<Member, TopicPartition[]> {
  const shares = new Map<Member, TopicPartition[]>(members.map((member) => [member, []]))
  let next = 0
  for (const partition of partitions) {
    const subscribed = members.filter((member) => member.topics.includes(partition.topic))
    const member = subscribed[next % Math.max(subscribed.length, 1)]
    if (member === undefined) continue
    shares.get(member)?.push(partition)
    next += 1
  }
  return shares
}
