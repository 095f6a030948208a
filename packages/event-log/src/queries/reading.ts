import type { EventRecord } from '../event-record.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import type { PositionVector } from '../vectors/position-vector.ts'

/** Some records in position order, and how far reading them got. */
export interface RecordBatch {
  /** May be empty: reading got farther, but nothing there matched. */
  readonly records: readonly EventRecord[]
  /** Where to go on after this batch: everything of the filter before it was given out. */
  readonly position: PositionVector
}

/** A reading in position order, checked. */
export interface OrderedReading {
  readonly filter: EventFilter
  readonly from: PositionVector
  /** Undefined: up to what is recorded when reading begins. */
  readonly to: PositionVector | undefined
  readonly batchSize: number
  readonly signal: AbortSignal | undefined
}

/** What the values of one batch may have together, but for a single record that has more. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024
