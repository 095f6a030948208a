import { z } from 'zod'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, { error: 'must be binary' })
const offset = z.number().int().nonnegative()
const partition = z.number().int().nonnegative()

/** How dead letters stand: to be seen to; sent to their group again; given up for good. */
export const deadLetterStates = ['open', 'redriven', 'discarded'] as const

/** Why a dead letter cannot be read, and so cannot be redriven. */
export const unreadableReasons = ['headers-missing', 'headers-broken', 'other-group', 'too-large'] as const

/** A failure as the group noted it. */
const failureSchema = z.object({ code: z.string(), message: z.string(), at: z.date() })

/** A change of state, by a person's command or by the group giving up again. */
const changeSchema = z.object({
  to: z.enum(deadLetterStates),
  at: z.date(),
  /** Who says to have done it; `group` where the group gave up again. Nobody logs in, so it is a claim. */
  by: z.string(),
  /** The redrive's id, and where in the inbox topic it lies. */
  redriveId: z.string().optional(),
  inbox: z.object({ topic: z.string(), partition, offset }).optional(),
})

/** The schema of a dead letter as `deadLetters` holds it. */
export const deadLetterSchema = z.object({
  /** What {@link deadLetterId} makes of the group, the original position and the message. */
  _id: z.string(),
  group: z.string(),
  state: z.enum(deadLetterStates),
  /** How often the group gave up on it. */
  count: z.number().int().positive(),
  /** When the group first gave up on it, and the offset of that dead letter: the order of lists and redrives. */
  time: z.date(),
  offset,
  /** When the group last gave up on it. */
  lastTime: z.date(),
  /** The dead letters themselves, `<topic>/<partition>/<offset>`, the newest last. */
  places: z.array(z.string()),
  /** The message's size in bytes, without its headers. */
  size: z.number().int().nonnegative(),
  /** What the delivery headers say; absent where they cannot be read. */
  note: z
    .object({
      kind: z.enum(['live', 'retry', 'redrive', 'replay']),
      topic: z.string(),
      partition,
      offset,
      timestampMs: z.number(),
      attempts: z.number().int().nonnegative(),
      retries: z.number().int().nonnegative(),
      firstFailure: failureSchema,
      lastFailure: failureSchema,
      replayRunId: z.string().optional(),
    })
    .optional(),
  /** The same for failures that are probably the same mistake. */
  fingerprint: z.string(),
  unreadable: z.object({ reason: z.enum(unreadableReasons), message: z.string() }).optional(),
  /** From the envelope, where it is readable. */
  event: z
    .object({ id: z.string(), type: z.string(), source: z.string(), timestamp: z.string(), version: z.string() })
    .optional(),
  subject: z.string().optional(),
  /** The original message, byte for byte. */
  key: bytes.nullable(),
  headers: z.array(z.object({ name: z.string(), value: bytes.nullable() })),
  value: bytes.nullable(),
  changes: z.array(changeSchema),
  /** Held by whoever is sending it, until then. */
  claim: z.object({ token: z.string(), until: z.date(), count: z.number().int() }).optional(),
  indexedAt: z.date(),
})

/** A dead letter as `deadLetters` holds it. */
export type DeadLetterDocument = z.infer<typeof deadLetterSchema>

/** The schema of how far a partition of a dead-letter topic is indexed. */
export const deadPartitionSchema = z.object({
  /** `<topic>/<partition>`. */
  _id: z.string(),
  next: offset,
  last: z.object({ offset, digest: bytes }).nullable(),
})

/** How far a partition of a dead-letter topic is indexed: the last message read, and the offset after it. */
export type DeadPartition = z.infer<typeof deadPartitionSchema>
