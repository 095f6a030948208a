import type { Db, Document, FindCursor } from 'mongodb'
import { z } from 'zod'
import { collections } from './collections.ts'
import { readRecorded } from './coverage.ts'
import { writeCursor } from './cursor.ts'
import { deadLetterCollection } from './dead-letters/collections.ts'
import { type EventRecord, eventRecord, type QuarantinedMessage, quarantinedMessage } from './event-record.ts'
import { type LogParts, type RecordBatch, readInOrder } from './ordered-reader.ts'
import { type Page, readDocuments } from './pages.ts'
import type { PositionVector } from './position-vector.ts'
import {
  afterPlace,
  checkId,
  checkList,
  checkQuarantine,
  type ListQuery,
  listFilter,
  type QuarantineQuery,
} from './query.ts'
import { checkRead, type ReadQuery } from './read-query.ts'
import { addCounts, type Counts, noCounts } from './stats.ts'

/** What the ledger says of one topic, over all recorders and runs. */
export interface TopicTotals extends Counts {
  readonly topic: string
}

/** Reads the log. It holds nothing open: the database's client stays the caller's. */
export interface EventLog {
  /**
   * Events newest first by (time, record id), page by page; a record that exists keeps its place between pages.
   *
   * @throws LogError `LOG_QUERY_INVALID`, `LOG_CURSOR_INVALID`, `LOG_QUERY_TIMEOUT`, `LOG_UNREACHABLE`.
   */
  list(query?: ListQuery): Promise<Page<EventRecord>>
  /** The record with this id (an event's, or a conflict's record id), or undefined. */
  get(id: string): Promise<EventRecord | undefined>
  /** What was recorded of each topic, by the ledger, sorted by topic. */
  totals(): Promise<readonly TopicTotals[]>
  /**
   * Reads records batch by batch in position order, between two position vectors: for exports, replays and read models.
   * It never reads beyond what is recorded without a gap, so nothing is skipped that several recorders write at once;
   * `position` of any batch is where another reading goes on. Memory is bounded by two batches.
   *
   * @throws LogError `LOG_FILTER_INVALID`, `LOG_QUERY_INVALID`; while iterating `LOG_QUERY_TIMEOUT`, `LOG_UNREACHABLE`.
   */
  read(query?: ReadQuery): AsyncIterable<RecordBatch>
  /** How far each topic-partition is recorded now, by the ledger. */
  recorded(): Promise<PositionVector>
  /** Messages without a readable envelope, newest first. */
  quarantine(query?: QuarantineQuery): Promise<Page<QuarantinedMessage>>
}

const totalsSchema = z.object({
  topic: z.string(),
  counts: z.object({ recorded: z.number(), repeats: z.number(), conflicts: z.number(), quarantined: z.number() }),
})

/** Makes a reader of the log in a database. Each query ends within `maxTimeMs` (default 10,000). */
export function createEventLog(db: Db, { maxTimeMs = 10_000 }: { readonly maxTimeMs?: number } = {}): EventLog {
  const { records, quarantine, partitions } = collections(db)
  const options = { maxTimeMS: maxTimeMs }
  const parts: LogParts = { collections: collections(db), letters: deadLetterCollection(db), maxTimeMs }
  return {
    async list(query = {}) {
      const checked = checkList(query)
      // The view says nothing that the value doesn't, and may be several times as large.
      const found = records
        .find(listFilter(checked), { ...options, projection: { data: 0 } })
        .sort({ time: -1, _id: -1 })
      const page = await pageOf(found, checked.limit, eventRecord)
      const last = page.items.at(-1)
      return next(page, last && { timeMs: last.time.getTime(), id: last.recordId }, checked.filters)
    },
    async get(id) {
      const found = records.find({ _id: { $eq: checkId(id) } }, { ...options, projection: { data: 0 } })
      return (await pageOf(found, 1, eventRecord)).items[0]
    },
    async totals() {
      const states = await readDocuments(partitions.find({}, { ...options, projection: { topic: 1, counts: 1 } }))
      const byTopic = new Map<string, Counts>()
      for (const { topic, counts } of states.map((state) => totalsSchema.parse(state))) {
        byTopic.set(topic, addCounts(byTopic.get(topic) ?? noCounts, counts))
      }
      return [...byTopic].map(([topic, counts]) => ({ topic, ...counts })).sort((a, b) => (a.topic < b.topic ? -1 : 1))
    },
    read: (query = {}) => readInOrder(checkRead(query, new Date()), parts),
    recorded: () => readRecorded(parts.collections, maxTimeMs),
    async quarantine(query = {}) {
      const { filters, limit, after } = checkQuarantine(query)
      const filter = {
        ...(filters.topic === undefined ? {} : { topic: { $eq: filters.topic } }),
        ...(after === undefined ? {} : afterPlace('quarantinedAt', after)),
      }
      const page = await pageOf(
        quarantine.find(filter, options).sort({ quarantinedAt: -1, _id: -1 }),
        limit,
        quarantinedMessage,
      )
      const last = page.items.at(-1)
      return next(page, last && { timeMs: last.quarantinedAt.getTime(), id: last.id }, filters)
    },
  }
}

async function pageOf<Item>(
  found: FindCursor<Document>,
  limit: number,
  itemOf: (document: unknown) => Item,
): Promise<{ items: Item[]; more: boolean }> {
  // One more than asked for says whether another page follows.
  const documents = await readDocuments(found.limit(limit + 1))
  return { items: documents.slice(0, limit).map(itemOf), more: documents.length > limit }
}

function next<Item>(
  { items, more }: { items: Item[]; more: boolean },
  place: { timeMs: number; id: string } | undefined,
  filters: Readonly<Record<string, unknown>>,
): Page<Item> {
  return { items, next: more && place !== undefined ? writeCursor(place, filters) : undefined }
}
