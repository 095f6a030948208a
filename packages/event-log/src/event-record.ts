import { decodeEnvelope, type Envelope, type Headers, type Issue, type JsonObject } from '@house-helper/events-core'
import type { z } from 'zod'
import {
  type noViewReasons,
  type QuarantineDocument,
  quarantineSchema,
  type RecordDocument,
  recordSchema,
} from './documents.ts'
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
  /**
   * The data, read from `value` when it is first asked for (a copy by spreading has none); where numbers beyond 2^53
   * matter, read `value` yourself.
   */
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
  return new StoredRecord(isRecordDocument(document) ? document : parseDocument(recordSchema, document, 'records'))
}

/** A record over its document. A class, since a hundred thousand of them a second are made where the log is exported. */
class StoredRecord implements EventRecord {
  readonly recordId: string
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject: string | undefined
  readonly householdId: string | undefined
  readonly userId: string | undefined
  readonly timestamp: string
  readonly time: Date
  readonly version: string
  readonly correlationId: string
  readonly causationId: string | undefined
  readonly contract: EventRecord['contract']
  readonly issues: readonly Issue[]
  readonly view: EventRecord['view']
  readonly conflict: boolean
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly generation: number
  readonly brokerTime: Date
  readonly key: Uint8Array | null
  readonly headers: Headers
  readonly value: Uint8Array
  readonly recordedAt: Date
  #envelope: Envelope | undefined

  constructor(found: RecordDocument) {
    this.recordId = found._id
    this.id = found.eventId ?? found._id
    this.type = found.type
    this.source = found.source
    this.subject = found.subject
    this.householdId = found.householdId
    this.userId = found.userId
    this.timestamp = found.timestamp
    this.time = found.time
    this.version = found.version
    this.correlationId = found.correlationId
    this.causationId = found.causationId
    this.contract = found.contract
    this.issues = found.issues ?? none
    this.view = found.noView ?? 'stored'
    this.conflict = found.eventId !== undefined
    this.topic = found.topic
    this.partition = found.partition
    this.offset = found.offset
    this.generation = found.generation
    this.brokerTime = found.brokerTime
    this.key = found.key
    this.headers = messageHeaders(found.headers)
    this.value = found.value
    this.recordedAt = found.recordedAt
  }

  get data(): JsonObject {
    return this.#decoded().data
  }

  get metadata(): JsonObject | undefined {
    return this.#decoded().metadata
  }

  // Decoded when it is asked for: whoever passes the bytes on needs no second copy of what is in them.
  #decoded(): Envelope {
    if (this.#envelope !== undefined) return this.#envelope
    const result = decodeEnvelope(this.value)
    if (!result.readable) throw invalid('records', this.recordId, `its value is no envelope: ${result.message}`)
    this.#envelope = result.envelope
    return result.envelope
  }
}

const none: readonly never[] = []

/** Reads a document of `quarantine`; throws `LOG_DOCUMENT_INVALID` where it isn't one. */
export function quarantinedMessage(document: unknown): QuarantinedMessage {
  const { _id, headers, ...rest } = parseDocument(quarantineSchema, document, 'quarantine')
  return { id: _id, ...rest, headers: messageHeaders(headers) }
}

/** Stored headers as a message has them. */
export function messageHeaders(stored: RecordDocument['headers']): Headers {
  return stored.length === 0 ? none : stored.map(({ name, value }) => [name, value] as const)
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
