import { z } from 'zod'
import type { JsonObject } from './envelope.ts'
import { formatTimestamp, UTC_MILLISECONDS } from './timestamp.ts'
import type { FetchedMessage, Headers, OutgoingMessage, Position } from './transport.ts'

/** Why an event is handed over: it is new, tried again later, sent again from the dead letters, or replayed. */
export type DeliveryKind = 'live' | 'retry' | 'redrive' | 'replay'

/** The length of a failure's message in the headers, at most; the rest is cut. */
export const MAX_FAILURE_TEXT = 1000

/** Where an event was first: its place in a domain topic, which stays its own through inboxes and dead letters. */
export interface Origin extends Position {
  /** The broker's or the producer's time there, in milliseconds since 1970. */
  readonly timestampMs: number
}

/** Why handling an event failed once. */
export interface FailureNote {
  /** `HANDLER_FAILED`, `CONTRACT_BROKEN`. */
  readonly code: string
  /** At most {@link MAX_FAILURE_TEXT} characters; longer ones are cut. */
  readonly message: string
  /** When, in milliseconds since 1970. */
  readonly atMs: number
}

/** A delivery as its headers state it: what a message of an inbox topic carries beside the original message. */
export interface DeliveryNote {
  /** On an inbox topic `retry`, `redrive` or `replay`; on a dead letter also `live`: the kind of the delivery that failed. */
  readonly kind: DeliveryKind
  /** The group that it is addressed to, or that gave up. */
  readonly groupId: string
  readonly origin: Origin
  /** Handler attempts of this event so far in this group, over all deliveries since it was live, redriven or replayed. */
  readonly attempts: number
  /** Deliveries of kind `retry` so far, with this one. */
  readonly retries: number
  readonly firstFailure?: FailureNote | undefined
  readonly lastFailure?: FailureNote | undefined
  /** The same for failures that are probably the same mistake. */
  readonly fingerprint?: string | undefined
  /** The replay run that sent it. Given for the kind `replay`, and kept when that is tried later. */
  readonly replayRunId?: string | undefined
  /** The redrive that sent it. Given for the kind `redrive`, and kept when that is tried later. */
  readonly redriveId?: string | undefined
  /** Not to be handled before this time, in milliseconds since 1970. */
  readonly notBeforeMs?: number | undefined
}

/** A dead letter is an event that a group gave up on, with the last failure as its reason. */
export interface DeadLetterNote extends DeliveryNote {
  readonly firstFailure: FailureNote
  /** The reason. */
  readonly lastFailure: FailureNote
  readonly fingerprint: string
}

/** A message as it was in its domain topic, byte for byte. */
export interface OriginalMessage {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
}

/** Why a message's delivery headers cannot be used: there are none, or they are not what they have to be. */
export interface DeliveryProblem {
  readonly code: 'DELIVERY_MISSING' | 'DELIVERY_BROKEN'
  /** Names the headers; quotes no values. */
  readonly message: string
}

/** A message's headers, read: the note and the original message, or why there is none. */
export type DecodedNote<Note> =
  | { readonly ok: true; readonly note: Note; readonly original: OriginalMessage }
  | { readonly ok: false; readonly problem: DeliveryProblem; readonly original: OriginalMessage }

/**
 * Writes the message of a delivery or dead letter: key and value are the original's bytes; the headers are the note's,
 * all of which begin with `hh-`, then the original's in their order.
 *
 * An original header that itself begins with `hh-` is written with `hh-original-` before its name.
 */
export function encodeNote(original: OriginalMessage, note: DeliveryNote): OutgoingMessage {
  const { key, value, headers } = original
  const kept = headers.map(([name, bytes]) => [name.startsWith(OURS) ? KEPT + name : name, bytes] as const)
  return { key, value, headers: [...headersOf(note), ...kept] }
}

/** Reads a message of an inbox topic. Never throws, and gives the original message in any case. */
export function decodeDelivery(message: Pick<FetchedMessage, 'key' | 'value' | 'headers'>): DecodedNote<DeliveryNote> {
  return decode(message, deliverySchema)
}

/** Reads a message of a dead-letter topic. Never throws, and gives the original message in any case. */
export function decodeDeadLetter(
  message: Pick<FetchedMessage, 'key' | 'value' | 'headers'>,
): DecodedNote<DeadLetterNote> {
  return decode(message, deadLetterSchema)
}

/** The message as it was in its domain topic: without what {@link encodeNote} has added. */
export function originalOf({ key, value, headers }: OriginalMessage): OriginalMessage {
  const kept = headers.flatMap(([name, bytes]) => {
    if (!name.startsWith(OURS)) return [[name, bytes] as const]
    return name.startsWith(KEPT) ? [[name.slice(KEPT.length), bytes] as const] : []
  })
  return { key, value, headers: kept }
}

const OURS = 'hh-'
const KEPT = 'hh-original-'

const count = z
  .string()
  .regex(/^\d{1,16}$/, 'must be a whole number')
  .transform(Number)
  .refine(Number.isSafeInteger, 'is too large')
const time = z
  .string()
  .regex(UTC_MILLISECONDS, 'must be UTC with milliseconds')
  .transform((text) => Date.parse(text))
// As wide as Kafka's: a producer may have written any number there, also one that is no date.
const brokerTime = z
  .string()
  .regex(/^-?\d{1,19}$/, 'must be milliseconds')
  .transform(Number)
const label = z.string().min(1).max(256)
const failureCode = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be a code')
const failureText = z.string().max(MAX_FAILURE_TEXT)

// The names of these fields are the names of the headers.
const common = {
  'hh-delivery': z.enum(['live', 'retry', 'redrive', 'replay']),
  'hh-group': label,
  'hh-topic': label,
  'hh-partition': count,
  'hh-offset': count,
  'hh-timestamp': brokerTime,
  'hh-attempts': count,
  'hh-retries': count,
  'hh-replay-run': label.optional(),
  'hh-redrive': label.optional(),
  'hh-not-before': time.optional(),
}
const failures = {
  'hh-first-code': failureCode,
  'hh-first-message': failureText,
  'hh-first-time': time,
  'hh-last-code': failureCode,
  'hh-last-message': failureText,
  'hh-last-time': time,
  'hh-fingerprint': label,
}

const deliverySchema = z.object({ ...common, ...z.object(failures).partial().shape }).transform(noteOf)
const deadLetterSchema = z.object({ ...common, ...failures }).transform((fields): DeadLetterNote => {
  const [firstFailure, lastFailure] = [failureOf(fields, 'first'), failureOf(fields, 'last')]
  // The schema demands both, so they are there.
  return { ...noteOf(fields), firstFailure, lastFailure, fingerprint: fields['hh-fingerprint'] } as DeadLetterNote
})

type Failures = z.output<z.ZodObject<typeof failures>>
type Fields = z.output<z.ZodObject<typeof common>> & { readonly [Name in keyof Failures]?: Failures[Name] | undefined }

function noteOf(fields: Fields): DeliveryNote {
  return {
    kind: fields['hh-delivery'],
    groupId: fields['hh-group'],
    origin: {
      topic: fields['hh-topic'],
      partition: fields['hh-partition'],
      offset: fields['hh-offset'],
      timestampMs: fields['hh-timestamp'],
    },
    attempts: fields['hh-attempts'],
    retries: fields['hh-retries'],
    firstFailure: failureOf(fields, 'first'),
    lastFailure: failureOf(fields, 'last'),
    fingerprint: fields['hh-fingerprint'],
    replayRunId: fields['hh-replay-run'],
    redriveId: fields['hh-redrive'],
    notBeforeMs: fields['hh-not-before'],
  }
}

function failureOf(fields: Partial<Fields>, which: 'first' | 'last'): FailureNote | undefined {
  const [code, atMs] = [fields[`hh-${which}-code`], fields[`hh-${which}-time`]]
  if (code === undefined || atMs === undefined) return undefined
  return { code, message: fields[`hh-${which}-message`] ?? '', atMs }
}

function headersOf(note: DeliveryNote): Headers {
  const { kind, groupId, origin, attempts, retries, fingerprint, replayRunId, redriveId, notBeforeMs } = note
  const fields: Record<string, string | undefined> = {
    'hh-delivery': kind,
    'hh-group': groupId,
    'hh-topic': origin.topic,
    'hh-partition': `${origin.partition}`,
    'hh-offset': `${origin.offset}`,
    'hh-timestamp': `${origin.timestampMs}`,
    'hh-attempts': `${attempts}`,
    'hh-retries': `${retries}`,
    ...failureFields('first', note.firstFailure),
    ...failureFields('last', note.lastFailure),
    'hh-fingerprint': fingerprint,
    'hh-replay-run': replayRunId,
    'hh-redrive': redriveId,
    'hh-not-before': notBeforeMs === undefined ? undefined : formatTimestamp(notBeforeMs),
  }
  return Object.entries(fields).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, Buffer.from(text)] as const],
  )
}

function failureFields(which: 'first' | 'last', failure: FailureNote | undefined): Record<string, string> {
  if (failure === undefined) return {}
  const { code, message, atMs } = failure
  return {
    [`hh-${which}-code`]: code,
    [`hh-${which}-message`]: message.slice(0, MAX_FAILURE_TEXT).toWellFormed(),
    [`hh-${which}-time`]: formatTimestamp(atMs),
  }
}

function decode<Note>(message: OriginalMessage, schema: z.ZodType<Note>): DecodedNote<Note> {
  const original = originalOf(message)
  const fields = fieldsOf(message.headers)
  if (fields === undefined) {
    const text = 'The message has no delivery headers (hh-delivery and others): it was not written for this topic.'
    return { ok: false, problem: { code: 'DELIVERY_MISSING', message: text }, original }
  }
  const result = schema.safeParse(fields)
  if (result.success) return { ok: true, note: result.data, original }
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const text = `The message's delivery headers are broken: ${issues.join('; ')}.`
  return { ok: false, problem: { code: 'DELIVERY_BROKEN', message: text }, original }
}

/** The headers that are ours, as texts; of a name that appears twice the first counts, as we write it once. */
function fieldsOf(headers: Headers): JsonObject | undefined {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, bytes] of headers) {
    if (!name.startsWith(OURS) || name.startsWith(KEPT) || bytes === null) continue
    fields[name] ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  }
  return 'hh-delivery' in fields ? fields : undefined
}
