import type { TopicPartition } from '@house-helper/events-core'

/** How far one topic-partition goes: up to this offset of this generation, which is itself not in. */
export interface PartitionPosition extends TopicPartition {
  readonly generation: number
  readonly offset: number
}

/**
 * A position vector: how far each topic-partition goes, sorted by topic and partition. It is the order of recording, as
 * there is no counter over all partitions. A partition that it does not name has nothing in it.
 */
export type PositionVector = readonly PartitionPosition[]

/** Where a record lies. */
export type RecordPlace = TopicPartition & { readonly generation: number; readonly offset: number }

/** Answers whether records lie before a position vector. */
export interface VectorIndex {
  covers(place: RecordPlace): boolean
  positionOf(place: TopicPartition): PartitionPosition | undefined
}

/** Prepares a vector for many questions. */
export function vectorIndex(vector: PositionVector): VectorIndex {
  const positions = new Map(vector.map((position) => [keyOf(position), position]))
  const positionOf = (place: TopicPartition) => positions.get(keyOf(place))
  return {
    positionOf,
    covers(place) {
      const end = positionOf(place)
      return end !== undefined && isBefore(place, end)
    },
  }
}

/** Whether one place of a partition comes before another one of it. */
export function isBefore(
  a: Pick<RecordPlace, 'generation' | 'offset'>,
  b: Pick<RecordPlace, 'generation' | 'offset'>,
): boolean {
  return a.generation < b.generation || (a.generation === b.generation && a.offset < b.offset)
}

/** A vector in its order; of a partition that is named twice, the farther position. */
export function sortedVector(positions: Iterable<PartitionPosition>): PositionVector {
  const farthest = new Map<string, PartitionPosition>()
  for (const position of positions) {
    const known = farthest.get(keyOf(position))
    if (known === undefined || isBefore(known, position)) farthest.set(keyOf(position), position)
  }
  return [...farthest.values()].sort(byPlace)
}

/** The order of topic-partitions: by topic, then by partition. */
export function byPlace(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

/** What is in both vectors. */
export function commonVector(a: PositionVector, b: PositionVector): PositionVector {
  const index = vectorIndex(b)
  return a.flatMap((position) => {
    const other = index.positionOf(position)
    if (other === undefined) return []
    return [isBefore(position, other) ? position : other]
  })
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
