export type { Causation, CausationQuery, CausedEvent, Cut } from './causation.ts'
export { RECORD_INDEXES } from './collections.ts'
export type { CorrelatedEvent, Correlation, CorrelationQuery } from './correlation.ts'
export { type Coverage, type MeasuredEnds, measureEnds, type PartitionCoverage } from './coverage.ts'
export type { CurrentForm } from './current-form.ts'
export * from './dead-letters/index.ts'
export * from './deliveries/index.ts'
export * from './errors.ts'
export type { EventPage } from './event-list.ts'
export { createEventLog, type EventLog, type EventLogOptions, type TopicTotals } from './event-log.ts'
export type { EventRecord, QuarantinedMessage } from './event-record.ts'
export type { EventStats, StatsQuery } from './event-stats.ts'
export type { EventSummary } from './event-summary.ts'
export * from './filter/index.ts'
export type { FollowQuery } from './follow.ts'
export type { RecorderHealth } from './health.ts'
export type { Histogram, HistogramBucket, HistogramQuery } from './histogram.ts'
export type { ListQuery, TimelineQuery } from './list-query.ts'
export { type DocumentMaker, documentMaker, type Generation, type MessageDocument } from './message-documents.ts'
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
export type { QuarantineQuery } from './query.ts'
export type { RawMessage } from './raw-message.ts'
export type { ReadQuery } from './read-query.ts'
export type { RecordBatch } from './reading.ts'
export type { RecordedBatch } from './recorded-batch.ts'
export { createRecorder } from './recorder.ts'
export type { Recorder, RecorderOptions } from './recorder-options.ts'
export * from './replay/index.ts'
export * from './retention/index.ts'
export type { Counts, PartitionStats, RecorderStats } from './stats.ts'
export { readVectorText, writeVectorText } from './vector-text.ts'
export * from './verification/index.ts'
