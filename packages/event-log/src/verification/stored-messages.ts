import type { Headers, TopicPartition } from '@house-helper/events-core'
import type { Document } from 'mongodb'
import { type LedgerEntry, type QuarantineDocument, quarantineSchema, recordSchema } from '../documents.ts'
import { messageHeaders, parseDocument } from '../event-record.ts'
import { readDocuments } from '../pages.ts'
import { positionId } from '../recorder/message-documents.ts'
import type { VerificationParts } from './verification-parts.ts'

/** A message's bytes, wherever they are. */
export interface MessageBytes {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly headers: Headers
  readonly value: Uint8Array | null
}

/** What MongoDB holds of some entries' offsets. */
export interface Stored {
  readonly messages: ReadonlyMap<number, MessageBytes>
  /** Offsets that are stored more than once. */
  readonly twice: readonly number[]
  /** Those ids of repeated events that have a record. */
  readonly ids: ReadonlySet<string>
}

const projection = { _id: 1, offset: 1, key: 1, headers: 1, value: 1 } as const
const fields = { _id: true, offset: true, key: true, headers: true, value: true } as const
const recordBytes = recordSchema.pick(fields)
const quarantineBytes = quarantineSchema.pick(fields)

/** Reads what records and quarantine hold of consecutive entries. */
export async function readStored(
  place: TopicPartition & { readonly generation: number },
  entries: readonly LedgerEntry[],
  { collections, maxTimeMs }: VerificationParts,
): Promise<Stored> {
  const from = entries[0]?.from ?? 0
  const to = entries.at(-1)?.to ?? from
  const { topic, partition, generation } = place
  const options = { maxTimeMS: maxTimeMs, projection }
  const inRange = { topic, partition, generation, offset: { $gte: from, $lt: to } }
  const quarantined = entries.flatMap((entry) => entry.quarantined.map((offset) => positionId(place, offset)))
  const repeated = [...new Set(entries.flatMap((entry) => entry.repeats.map(({ id }) => id)))]
  const [records, quarantine, known] = await Promise.all([
    readDocuments(collections.records.find(inRange, options).hint('by_position')),
    idsOf(quarantined, (ids) => collections.quarantine.find({ _id: { $in: ids } }, options)),
    idsOf(repeated, (ids) =>
      collections.records.find({ _id: { $in: ids } }, { maxTimeMS: maxTimeMs, projection: { _id: 1 } }),
    ),
  ])
  const messages = [
    ...records.map((document) => bytesOf(parseDocument(recordBytes, document, 'records'))),
    ...quarantine.map((document) => bytesOf(parseDocument(quarantineBytes, document, 'quarantine'))),
  ]
  const byOffset = new Map(messages.map((message) => [message.offset, message]))
  return {
    messages: byOffset,
    twice: messages.filter((message) => byOffset.get(message.offset) !== message).map(({ offset }) => offset),
    ids: new Set(known.map(({ _id }) => String(_id))),
  }
}

async function idsOf(
  ids: string[],
  find: (ids: string[]) => { toArray(): Promise<Document[]> },
): Promise<readonly Document[]> {
  return ids.length === 0 ? [] : readDocuments(find(ids))
}

function bytesOf({
  offset,
  key,
  headers,
  value,
}: Pick<QuarantineDocument, 'offset' | 'key' | 'headers' | 'value'>): MessageBytes {
  return { offset, key, headers: messageHeaders(headers), value }
}
