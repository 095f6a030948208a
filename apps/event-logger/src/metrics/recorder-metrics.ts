import type { PartitionStats, RecordedBatch, RecorderStats } from '@house-helper/event-log'
import type { Meter, ObservableResult } from '@opentelemetry/api'

// From a batch that a fast disk takes to one that waits for a slow replica set.
const processingBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers what the recorder has done, by topic; returns what is to be told of each batch. */
export function observeRecorder(meter: Meter, stats: () => RecorderStats | undefined): (batch: RecordedBatch) => void {
  const perTopic = (name: string, description: string, observe: (partition: PartitionStats) => readonly Point[]) => {
    meter.createObservableCounter(name, { description }).addCallback((result) => {
      observeSums(result, stats()?.partitions ?? [], observe)
    })
  }
  perTopic(
    'event_logger_messages',
    'Messages taken from Kafka and written down, by outcome: recorded, repeat, conflict or quarantined.',
    ({ run }) => [
      [run.recorded - run.conflicts, { outcome: 'recorded' }],
      [run.repeats, { outcome: 'repeat' }],
      [run.conflicts, { outcome: 'conflict' }],
      [run.quarantined, { outcome: 'quarantined' }],
    ],
  )
  perTopic(
    'event_logger_errors',
    'Messages that are no events (quarantined) or contradict one (conflict), and attempts to write that failed (attempt).',
    ({ run, errors }) => [
      [run.quarantined, { reason: 'quarantined' }],
      [run.conflicts, { reason: 'conflict' }],
      [errors, { reason: 'attempt' }],
    ],
  )
  return observeBatches(meter)
}

type Point = readonly [value: number, labels: Readonly<Record<string, string>>]

/** Adds the partitions of each topic up; how far each partition is behind has a metric of its own. */
function observeSums(
  result: ObservableResult,
  partitions: readonly PartitionStats[],
  observe: (partition: PartitionStats) => readonly Point[],
): void {
  const sums = new Map<string, { value: number; labels: Record<string, string> }>()
  for (const partition of partitions) {
    for (const [value, given] of observe(partition)) {
      const labels = { topic: partition.topic, ...given }
      const key = Object.values(labels).join('\n')
      const before = sums.get(key)?.value ?? 0
      sums.set(key, { value: before + value, labels })
    }
  }
  for (const { value, labels } of sums.values()) result.observe(value, labels)
}

function observeBatches(meter: Meter): (batch: RecordedBatch) => void {
  const events = meter.createCounter('event_logger_events_recorded', {
    description: 'Events that got a record of their own, by what their contract says of them.',
  })
  const processing = meter.createHistogram('event_logger_batch_processing_seconds', {
    description: 'Time from taking a batch of messages to its acknowledgement by MongoDB, ledger included.',
    advice: { explicitBucketBoundaries: processingBuckets },
  })
  return ({ topic, processingMs, contracts }) => {
    processing.record(processingMs / 1000, { topic })
    for (const [contract, count] of Object.entries(contracts)) {
      if (count > 0) events.add(count, { topic, contract })
    }
  }
}
