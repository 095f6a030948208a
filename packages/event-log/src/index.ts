export { RECORD_INDEXES } from './collections.ts'
export { type Coverage, type MeasuredEnds, measureEnds, type PartitionCoverage } from './coverage.ts'
export * from './dead-letters/index.ts'
export * from './deliveries/index.ts'
export * from './errors.ts'
export { createEventLog, type EventLog, type EventLogOptions, type TopicTotals } from './event-log.ts'
export type { EventRecord, QuarantinedMessage } from './event-record.ts'
export * from './filter/index.ts'
export type { Page } from './pages.ts'
export type { Causation, CausationQuery, CausedEvent, Cut } from './queries/causation.ts'
export type { CorrelatedEvent, Correlation, CorrelationQuery } from './queries/correlation.ts'
export type { CurrentForm } from './queries/current-form.ts'
export type { EventPage } from './queries/event-list.ts'
export type { EventStats, StatsQuery } from './queries/event-stats.ts'
export type { EventSummary } from './queries/event-summary.ts'
export type { FollowQuery } from './queries/follow.ts'
export type { Histogram, HistogramBucket, HistogramQuery } from './queries/histogram.ts'
export type { ListQuery, TimelineQuery } from './queries/list-query.ts'
export type { QuarantineQuery } from './queries/query.ts'
export type { RawMessage } from './queries/raw-message.ts'
export type { ReadQuery } from './queries/read-query.ts'
export type { RecordBatch } from './queries/reading.ts'
export type { RecorderHealth } from './recorder/health.ts'
export {
  type DocumentMaker,
  documentMaker,
  type Generation,
  type MessageDocument,
} from './recorder/message-documents.ts'
export type { RecordedBatch } from './recorder/recorded-batch.ts'
export { createRecorder } from './recorder/recorder.ts'
export type { Recorder, RecorderOptions } from './recorder/recorder-options.ts'
export * from './replay/index.ts'
export * from './retention/index.ts'
export type { Counts, PartitionStats, RecorderStats } from './stats.ts'
export {
  commonVector,
  isBefore,
  type PartitionPosition,
  type PositionVector,
  type RecordPlace,
  sortedVector,
  type VectorIndex,
  vectorIndex,
} from './vectors/position-vector.ts'
export { readVectorText, writeVectorText } from './vectors/vector-text.ts'
export * from './verification/index.ts'
