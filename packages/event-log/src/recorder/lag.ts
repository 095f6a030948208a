import type { Admin } from '@house-helper/events-core'
import type { Lane } from './lane.ts'
import type { StatsBook } from './stats-book.ts'

/** How many messages Kafka has for a lane that are not recorded. */
export interface MeasuredLane {
  readonly lane: Lane
  readonly lag: number
}

/**
 * Measures how many messages Kafka holds that are not in the ledger. By the clock and not by what arrives: a recorder
 * that is stuck has to show. A log that is shorter than what was recorded is another log; its lane looks again.
 */
export async function measureLag(admin: Admin, lanes: readonly Lane[], book: StatsBook): Promise<MeasuredLane[]> {
  // What is recorded is read first, so that Kafka's end is never the older one.
  const recorded = lanes.map((lane) => ({ lane, next: lane.state?.next }))
  const topics = [...new Set(lanes.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  const ranges = await admin.ranges(topics)
  const measured: MeasuredLane[] = []
  for (const { lane, next } of recorded) {
    const range = ranges.find(({ topic, partition }) => topic === lane.topic && partition === lane.partition)
    if (range === undefined) continue
    if (next !== undefined && range.high < next) lane.reopen('Kafka holds fewer messages than were recorded.')
    // What retention removed can't be recorded any more; the ledger has it as a gap.
    const nextNow = Math.max(lane.state?.next ?? next ?? 0, range.low)
    const lag = Math.max(0, range.high - nextNow)
    book.measured(lane, lag)
    measured.push({ lane, lag })
  }
  return measured
}
