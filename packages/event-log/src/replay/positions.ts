import type { Position } from '@house-helper/events-core'
import type { PartitionPosition, PositionVector, RecordPlace } from '../vectors/position-vector.ts'

/** Where a replay is, of each topic-partition; it only moves on. */
export interface Progress {
  /** Whether a place is not behind. A message does not say its generation, so one of an earlier generation may pass for ahead. */
  isAhead(place: Position): boolean
  /** A record was sent. */
  passed(place: RecordPlace): void
  /** Everything before these positions was sent, or does not match. */
  reached(positions: PositionVector): void
  vector(): PositionVector
}

/** Begins at a vector. */
export function createProgress(from: PositionVector): Progress {
  const positions = new Map<string, PartitionPosition>()
  const set = (position: PartitionPosition) => {
    positions.set(`${position.topic}/${position.partition}`, position)
  }
  for (const position of from) set(position)
  return {
    isAhead({ topic, partition, offset }) {
      const position = positions.get(`${topic}/${partition}`)
      return position === undefined || position.generation > 1 || offset >= position.offset
    },
    passed: ({ topic, partition, generation, offset }) => set({ topic, partition, generation, offset: offset + 1 }),
    reached(vector) {
      for (const position of vector) set(position)
    },
    vector: () => [...positions.values()],
  }
}
