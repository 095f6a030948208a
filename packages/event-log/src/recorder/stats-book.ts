import type { TopicPartition } from '@house-helper/events-core'
import type { PartitionState } from '../documents.ts'
import { addCounts, type Counts, noCounts, type PartitionStats } from '../stats.ts'

/** Keeps the figures of every partition that a recorder has had. */
export interface StatsBook {
  /** The ledger's state was read. */
  opened(state: PartitionState): void
  /** A batch was written. */
  recorded(state: PartitionState, processingMs: number): void
  failed(place: TopicPartition, code: string, message: string): void
  measured(place: TopicPartition, lag: number): void
  /** Every partition, by topic and partition, with whether it is assigned now. */
  partitions(isAssigned: (place: TopicPartition) => boolean): PartitionStats[]
}

type Line = { -readonly [Field in keyof PartitionStats]: PartitionStats[Field] }

/** Makes an empty book. */
export function statsBook(): StatsBook {
  const lines = new Map<string, Line>()
  const lineOf = ({ topic, partition }: TopicPartition): Line => {
    const key = `${topic}/${partition}`
    const line = lines.get(key) ?? emptyLine(topic, partition)
    lines.set(key, line)
    return line
  }
  return {
    opened(state) {
      const line = lineOf(state)
      line.total = state.counts
      line.next = state.next
    },
    recorded(state, processingMs) {
      const line = lineOf(state)
      const { counts, messages } = state.entry
      line.run = addCounts(line.run, counts)
      line.total = state.counts
      line.next = state.next
      line.batches++
      line.messages += messages
      line.processingMs += processingMs
      // Between two measurements lag falls as we record; it rises with the next one only.
      if (line.lag !== undefined) line.lag = Math.max(0, line.lag - messages)
    },
    failed(place, code, message) {
      const line = lineOf(place)
      line.errors++
      line.lastError = { code, message, at: new Date() }
    },
    measured(place, lag) {
      lineOf(place).lag = lag
    },
    partitions: (isAssigned) =>
      [...lines.values()]
        .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
        .map((line) => ({ ...line, assigned: isAssigned(line) })),
  }
}

function emptyLine(topic: string, partition: number): Line {
  const none: { run: Counts; total: Counts } = { run: noCounts, total: noCounts }
  const nothing = { next: undefined, lag: undefined, lastError: undefined, batches: 0, processingMs: 0, messages: 0 }
  return { topic, partition, assigned: false, ...none, ...nothing, errors: 0 }
}
