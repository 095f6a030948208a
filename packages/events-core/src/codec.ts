import { isUtf8 } from 'node:buffer'
import { type Envelope, envelopeSchema, isEnvelope, type JsonObject } from './envelope.ts'

/** Why a message has no readable envelope. */
export type UnreadableReason = 'tombstone' | 'empty' | 'not-utf8' | 'not-json' | 'not-envelope'

/** A message's value, read: the envelope, or why there is none. */
export type Decoded =
  | { readonly readable: true; readonly envelope: Envelope }
  | { readonly readable: false; readonly reason: UnreadableReason; readonly message: string }

/** Writes an envelope as the bytes of a message: UTF-8 JSON, fields in the order of the Go service. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const { id, type, source, householdId, userId, timestamp, version, data, metadata } = envelope
  return Buffer.from(JSON.stringify({ id, type, source, householdId, userId, timestamp, version, data, metadata }))
}

/** Reads a message's value. Never throws; says in a sentence what is wrong, without quoting the payload. */
export function decodeEnvelope(value: Uint8Array | null): Decoded {
  if (value === null) return unreadable('tombstone', 'The message has no value (a tombstone); events always have one.')
  if (value.length === 0) return unreadable('empty', 'The message is empty.')
  const text = textOf(value)
  // Decoding puts this character in the place of what is no UTF-8; it may also have been written.
  if (text.includes('\uFFFD') && !isUtf8(value)) return unreadable('not-utf8', 'The message is not valid UTF-8.')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's message quotes the payload, which does not belong into logs.
    return unreadable('not-json', 'The message is not JSON.')
  }
  if (!isEnvelope(json)) return unreadable('not-envelope', whyNoEnvelope(json))
  return { readable: true, envelope: present(json) }
}

function whyNoEnvelope(json: unknown): string {
  const issues = envelopeSchema.safeParse(json).error?.issues ?? []
  const texts = issues.map((issue) => `${issue.path.join('.') || 'the value'}: ${issue.message}`)
  return `The message is JSON, but not an event envelope: ${texts.join('; ')}.`
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('utf8')
}

/** An envelope as Go may have written it. */
interface Marshalled extends Omit<Envelope, 'householdId' | 'userId' | 'metadata'> {
  householdId?: string | null
  userId?: string | null
  metadata?: JsonObject | null
}

/** Takes the parsed JSON itself as the envelope, so that unknown fields stay; what Go writes for absent goes. */
function present(json: Marshalled): Envelope {
  if (json.householdId === '' || json.householdId === null) delete json.householdId
  if (json.userId === '' || json.userId === null) delete json.userId
  if (json.metadata === null) delete json.metadata
  return json as Envelope
}

function unreadable(reason: UnreadableReason, message: string): Decoded {
  return { readable: false, reason, message }
}
