export { RECORD_INDEXES } from './collections.ts'
export * from './dead-letters/index.ts'
export * from './deliveries/index.ts'
export * from './errors.ts'
export { createEventLog, type EventLog, type TopicTotals } from './event-log.ts'
export type { EventRecord, QuarantinedMessage } from './event-record.ts'
export * from './filter/index.ts'
export type { RecorderHealth } from './health.ts'
export type { RecordBatch } from './ordered-reader.ts'
export type { Page } from './pages.ts'
export {
  commonVector,
  isBefore,
  type PartitionPosition,
  type PositionVector,
  type RecordPlace,
  sortedVector,
  type VectorIndex,
  vectorIndex,
} from './position-vector.ts'
export type { ListQuery, QuarantineQuery } from './query.ts'
export type { ReadQuery } from './read-query.ts'
export type { RecordedBatch } from './recorded-batch.ts'
export { createRecorder } from './recorder.ts'
export type { Recorder, RecorderOptions } from './recorder-options.ts'
export type { Counts, PartitionStats, RecorderStats } from './stats.ts'
export * from './replay/index.ts'
