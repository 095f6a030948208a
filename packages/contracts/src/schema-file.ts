import type { EventContract } from '@house-helper/events-core'
import { type MessageSchema, readableEnvelope } from './envelope-schema.ts'
import { dataSchema, messageSchema } from './message-schema.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'

const sides = [
  'By itself this schema is the reader’s: it takes every message of the type and major version that a handler has to take, with fields that it does not know, values that its enumerations do not have, and times of any offset and precision.',
  'Before sending, validate with #/$defs/publisher: it knows no further fields and values, and wants times in UTC with milliseconds.',
  '#/$defs/reader-data and #/$defs/publisher-data are the data alone.',
].join(' ')

/** The name of the file that {@link schemaFile} belongs into: `task.completed@1.0.schema.json`. */
export function schemaFileName({ type, version }: EventContract): string {
  return `${type}@${version}.schema.json`
}

/** The JSON Schema 2020-12 of the messages of one contract, for services of any language: what readers and publishers check. */
export function schemaFile(contract: EventContract): MessageSchema {
  return {
    $schema: dialect,
    $id: `urn:house-helper:event:${contract.type}:${contract.version}`,
    title: `${contract.type} ${contract.version}`,
    description: contract.description,
    $comment: sides,
    $ref: '#/$defs/reader',
    $defs: {
      reader: {
        ...messageSchema(contract, 'reader', { $ref: '#/$defs/reader-data' }),
        title: `${contract.type} ${contract.version}, as it is read`,
      },
      publisher: {
        ...messageSchema(contract, 'publisher', { $ref: '#/$defs/publisher-data' }),
        title: `${contract.type} ${contract.version}, as it is published`,
      },
      'reader-data': dataSchema(contract, 'reader'),
      'publisher-data': dataSchema(contract, 'publisher'),
    },
  }
}

/** The JSON Schema 2020-12 of a readable envelope, whatever its type. */
export function envelopeFile(): MessageSchema {
  return {
    $schema: dialect,
    $id: 'urn:house-helper:envelope',
    title: 'Event envelope',
    description: 'What every event carries, whoever published it. A message that is none goes to quarantine.',
    ...readableEnvelope(),
  }
}
