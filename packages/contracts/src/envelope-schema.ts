import { RFC3339, type Side, UTC_MILLISECONDS } from '@house-helper/events-core'

/** JSON Schema 2020-12 of a whole message, or of a part of one. */
export type MessageSchema = { readonly [keyword: string]: unknown }

/** The properties of an envelope, in the order in which they are written. */
export type EnvelopeProperties = Readonly<
  Record<
    'id' | 'type' | 'source' | 'householdId' | 'userId' | 'timestamp' | 'version' | 'data' | 'metadata',
    MessageSchema
  >
>

const eventId = {
  type: 'string',
  pattern: '^[\\x21-\\x7e]{1,128}$',
  description: 'The event’s id, 1 to 128 visible ASCII characters. Two messages of one id are one event.',
}
const source = { type: 'string', description: 'The service that published it.' }
const correlationId = 'What all events of one story share; absent means the event’s own id.'
const causationId = 'The id of the event that caused this one; absent means that none did.'

/** The properties that every event has, as one side checks them: a reader takes what the Go service writes for absent. */
export function envelopeProperties(side: Side): EnvelopeProperties {
  const { text, timestamp, metadata } = side === 'reader' ? read : published
  return {
    id: eventId,
    type: { type: 'string', minLength: 1, maxLength: 256, description: 'The event type, such as task.completed.' },
    source,
    householdId: { ...text, description: 'The household that it is about.' },
    userId: { ...text, description: 'The user who did it, or whom it is about.' },
    timestamp: { ...timestamp, description: `When it happened. ${timestamp.description}` },
    version: { type: 'string', minLength: 1, maxLength: 32, description: 'The contract’s major.minor.' },
    data: { type: 'object', description: 'What happened; its schema is that of the type and version.' },
    metadata,
  }
}

const read = {
  // Go writes an absent text as "" and an absent map as null; both mean absent.
  text: { type: ['string', 'null'] },
  timestamp: {
    type: 'string',
    format: 'date-time',
    pattern: RFC3339.source,
    description: 'RFC 3339 with any offset and precision.',
  },
  metadata: {
    type: ['object', 'null'],
    properties: { correlationId: { description: correlationId }, causationId: { description: causationId } },
    description: 'What else is known about the event.',
  },
}

const published = {
  text: { type: 'string', minLength: 1, maxLength: 256 },
  timestamp: {
    type: 'string',
    format: 'date-time',
    pattern: UTC_MILLISECONDS.source,
    description: 'UTC with milliseconds.',
  },
  metadata: {
    type: 'object',
    properties: {
      correlationId: { type: 'string', minLength: 1, maxLength: 256, description: correlationId },
      causationId: { type: 'string', minLength: 1, maxLength: 256, description: causationId },
    },
    additionalProperties: { type: 'string' },
    description: 'What else is known about the event.',
  },
}

/** The JSON Schema of a readable envelope, by the rules of `isEnvelope`: any type, any version, any data. */
export function readableEnvelope(): MessageSchema {
  return {
    type: 'object',
    properties: envelopeProperties('reader'),
    required: ['id', 'type', 'source', 'timestamp', 'version', 'data'],
  }
}
