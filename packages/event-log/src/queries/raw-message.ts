import type { Headers } from '@house-helper/events-core'
import { recordSchema } from '../documents.ts'
import { messageHeaders, parseDocument } from '../event-record.ts'

/** An event's message, byte for byte as Kafka had it. */
export interface RawMessage {
  readonly recordId: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly generation: number
  readonly brokerTime: Date
  readonly key: Uint8Array | null
  readonly headers: Headers
  readonly value: Uint8Array
}

/** What is read for it. */
export const rawProjection = {
  ...{ topic: 1, partition: 1, offset: 1, generation: 1, brokerTime: 1 },
  ...{ key: 1, headers: 1, value: 1 },
} as const

const rawSchema = recordSchema.pick({
  ...{ _id: true, topic: true, partition: true, offset: true, generation: true, brokerTime: true },
  ...{ key: true, headers: true, value: true },
})

/** Reads a document of `records` as its message; throws `LOG_DOCUMENT_INVALID`. */
export function rawMessage(document: unknown): RawMessage {
  const { _id, headers, ...rest } = parseDocument(rawSchema, document, 'records')
  return { recordId: _id, ...rest, headers: messageHeaders(headers) }
}
