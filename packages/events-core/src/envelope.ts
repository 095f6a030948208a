import { z } from 'zod'
import { isEventId } from './ids.ts'
import { isTimestamp } from './timestamp.ts'

/** Data or metadata as JSON has it. */
export type JsonObject = { readonly [name: string]: unknown }

/** The envelope is what every event carries on the wire, whoever wrote it. */
export interface Envelope {
  /** 1 to 128 visible ASCII characters. */
  readonly id: string
  readonly type: string
  /** The service that published it. */
  readonly source: string
  readonly householdId?: string
  readonly userId?: string
  /** When it happened: RFC 3339 with any offset and precision, as the publisher wrote it. */
  readonly timestamp: string
  /** The contract's `major.minor`. */
  readonly version: string
  readonly data: JsonObject
  readonly metadata?: JsonObject
}

// Go writes an absent text as "" and an absent map as null; both mean absent.
const absentText = z.string().nullish()
const jsonObject = z.custom<JsonObject>(isJsonObject, { error: 'must be an object' })

/** The schema of a readable envelope. Fields that it does not name are allowed. */
export const envelopeSchema: z.ZodType<Envelope> = z.object({
  id: z.custom<string>(isEventId, { error: 'must be 1 to 128 visible ASCII characters' }),
  type: z.string().min(1).max(256),
  source: z.string(),
  householdId: absentText,
  userId: absentText,
  timestamp: z.string().refine(isTimestamp, { error: 'must be an RFC 3339 time' }),
  version: z.string().min(1).max(32),
  data: jsonObject,
  metadata: jsonObject.nullish(),
}) as unknown as z.ZodType<Envelope>

/**
 * Whether a value is a readable envelope, by the same rules as {@link envelopeSchema}, which is slower
 * because it can also say what is wrong.
 */
export function isEnvelope(value: unknown): value is Envelope {
  if (!isJsonObject(value)) return false
  const { id, type, source, householdId, userId, timestamp, version, data, metadata } = value
  return (
    isEventId(id) &&
    isTextOf(type, 256) &&
    typeof source === 'string' &&
    isAbsentOrText(householdId) &&
    isAbsentOrText(userId) &&
    typeof timestamp === 'string' &&
    isTimestamp(timestamp) &&
    isTextOf(version, 32) &&
    isJsonObject(data) &&
    (metadata === undefined || metadata === null || isJsonObject(metadata))
  )
}

/** The version's part before the dot, or undefined where the text is not `major.minor` (or a bare `major`). */
export function majorVersion(version: string): number | undefined {
  const major = /^([1-9]\d{0,8})(?:\.\d{1,9})?$/.exec(version)?.[1]
  return major === undefined ? undefined : Number(major)
}

/** The correlation id that an event belongs to: its metadata's, or its own id where it is a root. */
export function correlationIdOf(envelope: Envelope): string {
  return textField(envelope.metadata, 'correlationId') ?? envelope.id
}

/** The id of the event that caused this one, or undefined for a root. */
export function causationIdOf(envelope: Envelope): string | undefined {
  return textField(envelope.metadata, 'causationId')
}

/** Whom the event says it is about: the household, else the user; undefined where it names neither. */
export function subjectOf(envelope: Envelope, kind?: 'household' | 'user'): string | undefined {
  if (kind === 'user') return envelope.userId
  if (kind === 'household') return envelope.householdId
  return envelope.householdId ?? envelope.userId
}

function textField(object: JsonObject | undefined, name: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextOf(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= maxLength
}

function isAbsentOrText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}
