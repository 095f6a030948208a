import { decodeEnvelope, type Envelope, type Headers, type Issue, type JsonObject } from '@house-helper/events-core'
import type { z } from 'zod'
import { type noViewReasons, type QuarantineDocument, quarantineSchema, recordSchema } from './documents.ts'
import { LogError } from './errors.ts'
import { isRecordDocument } from './record-check.ts'

/** An event as the log holds it. */
export interface EventRecord {
  /** The record's own id: the event's, or for a conflict `<id>@<topic>/<partition>/<offset>`. */
  readonly recordId: string
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject: string | undefined
  readonly householdId: string | undefined
  readonly userId: string | undefined
  /** When it happened, exactly as the publisher wrote it. */
  readonly timestamp: string
  /** The same, to the millisecond. */
  readonly time: Date
  readonly version: string
  readonly correlationId: string
  readonly causationId: string | undefined
  /** What the contracts thought of it when it was recorded. */
  readonly contract: 'ok' | 'broken' | 'unknown-type' | 'unknown-version'
  readonly issues: readonly Issue[]
  /** The data, read from `value`; where numbers beyond 2^53 matter, read `value` yourself. */
  readonly data: JsonObject
  readonly metadata: JsonObject | undefined
  /** Whether MongoDB holds `data` as fields too, or why not. */
  readonly view: 'stored' | (typeof noViewReasons)[number]
  /** Whether another event has the same id and says something else. */
  readonly conflict: boolean
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly generation: number
  readonly brokerTime: Date
  readonly key: Uint8Array | null
  readonly headers: Headers
  /** The message's value, byte for byte. */
  readonly value: Uint8Array
  readonly recordedAt: Date
}

/** A message without a readable envelope, byte for byte. */
export interface QuarantinedMessage extends Omit<QuarantineDocument, '_id' | 'headers'> {
  /** Its position: `<topic>/<partition>/<offset>`. */
  readonly id: string
  readonly headers: Headers
}

/** Reads a document of `records`; throws `LOG_DOCUMENT_INVALID` where it isn't one, or, when its data is read, where its value is no envelope. */
export function eventRecord(document: unknown): EventRecord {
  const found = isRecordDocument(document) ? document : parseDocument(recordSchema, document, 'records')
  let envelope: Envelope | undefined
  // Decoded when it is asked for: whoever passes the bytes on needs no second copy of what is in them.
  const decoded = (): Envelope => {
    if (envelope !== undefined) return envelope
    const result = decodeEnvelope(found.value)
    if (!result.readable) throw invalid('records', found._id, `its value is no envelope: ${result.message}`)
    envelope = result.envelope
    return envelope
  }
  // Field by field: to spread them takes several times as long.
  return {
    recordId: found._id,
    id: found.eventId ?? found._id,
    type: found.type,
    source: found.source,
    subject: found.subject,
    householdId: found.householdId,
    userId: found.userId,
    timestamp: found.timestamp,
    time: found.time,
    version: found.version,
    correlationId: found.correlationId,
    causationId: found.causationId,
    contract: found.contract,
    issues: found.issues ?? [],
    get data() {
      return decoded().data
    },
    get metadata() {
      return decoded().metadata
    },
    view: found.noView ?? 'stored',
    conflict: found.eventId !== undefined,
    topic: found.topic,
    partition: found.partition,
    offset: found.offset,
    generation: found.generation,
    brokerTime: found.brokerTime,
    key: found.key,
    headers: found.headers.map(({ name, value }) => [name, value] as const),
    value: found.value,
    recordedAt: found.recordedAt,
  }
}

/** Reads a document of `quarantine`; throws `LOG_DOCUMENT_INVALID` where it isn't one. */
export function quarantinedMessage(document: unknown): QuarantinedMessage {
  const { _id, headers, ...rest } = parseDocument(quarantineSchema, document, 'quarantine')
  return { id: _id, ...rest, headers: headers.map(({ name, value }) => [name, value] as const) }
}

/** Parses a document of one of the collections; throws `LOG_DOCUMENT_INVALID`. */
export function parseDocument<Output>(schema: z.ZodType<Output>, document: unknown, collection: string): Output {
  const result = schema.safeParse(document)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalid(collection, (document as { _id?: unknown } | null)?._id, `${issue?.path.join('.')} ${issue?.message}`)
}

function invalid(collection: string, id: unknown, what: string): LogError {
  return new LogError(
    'LOG_DOCUMENT_INVALID',
    `The document ${JSON.stringify(id)} in ${collection} was not written by a recorder, or was altered: ${what}.`,
    { details: { collection, id } },
  )
}
