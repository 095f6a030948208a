import type { Engine } from './engine.ts'
import type { Counters, ProcessingTime } from './statistics.ts'

/** How a subscriber stands with one partition that it owns. */
export interface PartitionStats {
  readonly topic: string
  readonly partition: number
  /** Events that are read and not done. */
  readonly pending: number
  /** The offset below which everything is done; undefined before anything was read. */
  readonly position: number | undefined
  /** The committed offset; undefined before the first commit. */
  readonly committed: number | undefined
  /** The offset of the partition's next message, as last heard of. */
  readonly end: number | undefined
  /** End minus committed; measured on a timer, so that it grows when nothing is read. Undefined before that. */
  readonly lag: number | undefined
  /** Reading waits for room. */
  readonly paused: boolean
}

/** What a subscriber has done and stands with, for metrics. Counters never fall. */
export interface SubscriberStats extends Counters {
  /** Handlers that run and hold a slot. */
  readonly inFlight: number
  /** Events that are given up and hold their key. */
  readonly held: number
  /** Events that are being written to the group's inbox or dead letters. */
  readonly settingAside: number
  /** Handlers that go on past their deadline. */
  readonly overdue: number
  readonly processing: ProcessingTime
  readonly partitions: readonly PartitionStats[]
}

/** Takes the figures of a running subscriber. */
export function statsOf({
  statistics,
  scheduler,
  held,
  givingUp,
  deadlines,
  assignment,
  lag,
}: Engine): SubscriberStats {
  return {
    ...statistics.counters(),
    inFlight: scheduler.running,
    held: held.size,
    settingAside: givingUp.waiting,
    overdue: deadlines.overdue.size,
    processing: statistics.processing(),
    partitions: [...assignment.windows.values()].map((window) => ({
      topic: window.topic,
      partition: window.partition,
      pending: window.watermark.pending,
      position: window.watermark.position,
      committed: window.committed?.offset,
      end: window.high,
      lag: lag.lagOf(window),
      paused: window.paused,
    })),
  }
}
