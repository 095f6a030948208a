import type { Collection } from 'mongodb'
import type { Collections } from './collections.ts'
import type { MeasuredEnds } from './coverage.ts'
import type { DeadLetterDocument } from './dead-letters/document.ts'

/** What the log's queries work with. */
export interface LogParts {
  readonly collections: Collections
  readonly letters: Collection<DeadLetterDocument>
  /** How long one query of MongoDB may take. */
  readonly maxTimeMs: number
  /** How many documents a page may examine. */
  readonly maxExamined: number
  /** Where Kafka's partitions ended when somebody last measured it. */
  ends(): MeasuredEnds | undefined
}
