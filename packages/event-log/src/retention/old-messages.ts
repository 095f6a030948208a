import type { TopicPartition } from '@house-helper/events-core'
import type { Document } from 'mongodb'
import { z } from 'zod'
import type { Collections } from '../collections.ts'
import { readDocuments } from '../pages.ts'
import type { PartitionPlace } from './removal.ts'

/** Messages of one partition, one after the other in the order of recording, that are older than they are to be kept. */
export interface OldStretch {
  readonly generation: number
  /** The offset after the last of them. */
  readonly to: number
  readonly records: number
  readonly quarantined: number
  /** When Kafka got the first and the last of them. */
  readonly oldest: Date
  readonly newest: Date
}

/** What the oldest messages of a partition are. */
export interface OldestMessages {
  /** Undefined where the oldest message is to be kept, or where there is none. */
  readonly stretch: OldStretch | undefined
  /** When Kafka got the first message that is kept; undefined where it was not reached, or there is none. */
  readonly oldestKept: Date | undefined
}

/** What is looked for. */
export interface OldQuery {
  readonly place: TopicPartition
  readonly from: PartitionPlace
  /** How far the partition is recorded by the ledger: nothing beyond is looked at. */
  readonly end: PartitionPlace
  /** Messages from before are old. */
  readonly cutoff: Date
}

/** Messages that are looked at, and removed, together. */
const STRETCH = 2_000

const times = { brokerTime: z.date(), offset: z.number().int().nonnegative() }
const recordTimes = z.object({ ...times, recordedAt: z.date() })
const quarantineTimes = z.object({ ...times, quarantinedAt: z.date() })

interface Message {
  readonly offset: number
  readonly brokerTime: Date
  /** A publisher's clock that goes wrong must not keep what lies behind its message for ever. */
  readonly since: Date
  readonly isRecord: boolean
}

/** Reads the oldest messages of a partition, up to the first that is to be kept, and a bounded number of them. */
export async function oldestMessages(
  { place, from, end, cutoff }: OldQuery,
  collections: Pick<Collections, 'records' | 'quarantine'>,
  maxTimeMs: number,
): Promise<OldestMessages> {
  for (let generation = from.generation; generation <= end.generation; generation++) {
    const first = generation === from.generation ? from.offset : 0
    const last = generation === end.generation ? end.offset : Number.MAX_SAFE_INTEGER
    const found = await messagesFrom({ ...place, generation }, first, last, collections, maxTimeMs)
    if (found.length > 0) return stretchOf(found, generation, cutoff)
  }
  return { stretch: undefined, oldestKept: undefined }
}

async function messagesFrom(
  { topic, partition, generation }: TopicPartition & { readonly generation: number },
  from: number,
  to: number,
  { records, quarantine }: Pick<Collections, 'records' | 'quarantine'>,
  maxTimeMS: number,
): Promise<Message[]> {
  const filter = { topic: { $eq: topic }, partition, generation, offset: { $gte: from, $lt: to } }
  const options = (time: string) => ({
    ...{ maxTimeMS, hint: 'by_position', limit: STRETCH, sort: { offset: 1 } as const },
    projection: { _id: 0, offset: 1, brokerTime: 1, [time]: 1 },
  })
  const [recorded, quarantined] = await Promise.all([
    readDocuments(records.find(filter, options('recordedAt'))),
    readDocuments(quarantine.find(filter, options('quarantinedAt'))),
  ])
  const bound = Math.min(lastOf(recorded), lastOf(quarantined))
  return [...recorded.map(recordMessage), ...quarantined.map(quarantineMessage)]
    .filter(({ offset }) => offset <= bound)
    .sort((a, b) => a.offset - b.offset)
}

/** Up to where all messages are known: one collection may have been read farther than the other. */
function lastOf(documents: readonly Document[]): number {
  return documents.length < STRETCH ? Number.POSITIVE_INFINITY : Number(documents.at(-1)?.offset)
}

function recordMessage(document: Document): Message {
  const { offset, brokerTime, recordedAt } = recordTimes.parse(document)
  return { offset, brokerTime, since: earlier(brokerTime, recordedAt), isRecord: true }
}

function quarantineMessage(document: Document): Message {
  const { offset, brokerTime, quarantinedAt } = quarantineTimes.parse(document)
  return { offset, brokerTime, since: earlier(brokerTime, quarantinedAt), isRecord: false }
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}

function stretchOf(found: readonly Message[], generation: number, cutoff: Date): OldestMessages {
  const kept = found.findIndex(({ since }) => since >= cutoff)
  const old = kept === -1 ? found : found.slice(0, kept)
  const oldestKept = found[kept]?.brokerTime
  const [first, last] = [old[0], old.at(-1)]
  if (first === undefined || last === undefined) return { stretch: undefined, oldestKept }
  const records = old.filter(({ isRecord }) => isRecord).length
  return {
    oldestKept,
    stretch: {
      ...{ generation, to: last.offset + 1, records, quarantined: old.length - records },
      ...{ oldest: first.brokerTime, newest: last.brokerTime },
    },
  }
}
