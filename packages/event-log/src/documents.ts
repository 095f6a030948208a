import { z } from 'zod'

// Documents come back from a database that others can write to: what is read is parsed, like everything from outside.
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, { error: 'must be binary' })
const offset = z.number().int().nonnegative()
const count = z.number().int().nonnegative()

/** The schema of a message's place and bytes, which records and quarantined messages share. */
const messageFields = {
  topic: z.string(),
  partition: count,
  offset,
  generation: z.number().int().positive(),
  brokerTime: z.date(),
  key: bytes.nullable(),
  headers: z.array(z.object({ name: z.string(), value: bytes.nullable() })),
}

/** Why a record has no view of its data. */
export const noViewReasons = [
  'nul-in-key',
  'bsontype-key',
  'nesting-over-180',
  'lone-surrogate',
  'too-large',
  'refused-by-mongodb',
] as const

/** The schema of a record as `records` holds it, without the view. */
export const recordSchema = z.object({
  _id: z.string(),
  /** The event's own id where `_id` is another one: a conflict. */
  eventId: z.string().optional(),
  type: z.string(),
  source: z.string(),
  subject: z.string().optional(),
  householdId: z.string().optional(),
  userId: z.string().optional(),
  timestamp: z.string(),
  time: z.date(),
  version: z.string(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  contract: z.enum(['ok', 'broken', 'unknown-type', 'unknown-version']),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  noView: z.enum(noViewReasons).optional(),
  viewNote: z.literal('inexact-numbers').optional(),
  ...messageFields,
  value: bytes,
  recordedAt: z.date(),
})

/** A record as `records` holds it. */
export type RecordDocument = z.infer<typeof recordSchema> & { data?: unknown }

/** The schema of a quarantined message as `quarantine` holds it. */
export const quarantineSchema = z.object({
  _id: z.string(),
  reason: z.enum(['tombstone', 'empty', 'not-utf8', 'not-json', 'not-envelope']),
  message: z.string(),
  ...messageFields,
  value: bytes.nullable(),
  quarantinedAt: z.date(),
})

/** A quarantined message as `quarantine` holds it. */
export type QuarantineDocument = z.infer<typeof quarantineSchema>

/** The schema of offsets that Kafka has no message for; `to` is the first offset after them. */
const gapSchema = z.object({ from: offset, to: offset, reason: z.enum(['truncated', 'missing']) })

/** Offsets without a message. `truncated`: gone by retention before they were recorded; `missing`: compacted, or markers of transactions. */
export type Gap = z.infer<typeof gapSchema>

const countsSchema = z.object({ recorded: count, repeats: count, conflicts: count, quarantined: count })

/** The schema of one entry of `ledger`. */
export const ledgerSchema = z.object({
  _id: z.string(),
  kind: z.enum(['start', 'batch', 'gap']),
  clusterId: z.string(),
  generation: z.number().int().positive(),
  topic: z.string(),
  partition: count,
  from: offset,
  to: offset,
  messages: count,
  counts: countsSchema,
  repeats: z.array(z.object({ offset, id: z.string() })),
  conflicts: z.array(offset),
  quarantined: z.array(offset),
  gaps: z.array(gapSchema),
  head: bytes,
  recorder: z.string(),
  recordedAt: z.date(),
  /** Only in an entry of kind `start`: why the generation began, and how the one before ended. */
  start: z
    .object({
      reason: z.enum(['first', 'cluster-changed', 'topic-changed', 'log-shorter', 'message-changed']),
      previous: z.object({ clusterId: z.string(), generation: count, next: offset, head: bytes }).optional(),
    })
    .optional(),
})

/** One entry of the ledger. */
export type LedgerEntry = z.infer<typeof ledgerSchema>

/** Why a generation began. */
export type StartReason = NonNullable<LedgerEntry['start']>['reason']

/** The schema of one partition's state in `partitions`. */
export const partitionSchema = z.object({
  _id: z.string(),
  topic: z.string(),
  partition: count,
  clusterId: z.string(),
  /** Kafka's id of the topic: one that is deleted and made again has another. Absent where Kafka has told none yet. */
  topicId: z.string().optional(),
  generation: z.number().int().positive(),
  next: offset,
  head: bytes,
  last: z.object({ offset, digest: bytes }).nullable(),
  counts: countsSchema,
  entry: ledgerSchema,
})

/** How far a topic-partition is recorded: what the compare-and-set works on. */
export type PartitionState = z.infer<typeof partitionSchema>

/** The schema of one message that was recorded later than its neighbours. */
export const backfillSchema = z.object({
  /** The position, as record ids have it. */
  _id: z.string(),
  topic: z.string(),
  partition: z.number().int().nonnegative(),
  generation: z.number().int().positive(),
  offset: z.number().int().nonnegative(),
  /** What was wrong: it was not stored, or the ledger has a gap there. */
  reason: z.enum(['missing', 'unrecorded']),
  outcome: z.enum(['recorded', 'repeat', 'conflict', 'quarantined']),
  backfilledAt: z.date(),
})

/** One message that was recorded later: the ledger is never changed, so this is what accounts for it. */
export type BackfillDocument = z.infer<typeof backfillSchema>
