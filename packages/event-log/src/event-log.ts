import type { Domain } from '@house-helper/events-core'
import type { Db, Document, FindCursor } from 'mongodb'
import { z } from 'zod'
import { collections } from './collections.ts'
import { type Coverage, coverageOf, type MeasuredEnds, readRecorded } from './coverage.ts'
import { deadLetterCollection } from './dead-letters/collections.ts'
import { type EventRecord, eventRecord, type QuarantinedMessage, quarantinedMessage } from './event-record.ts'
import type { LogParts } from './log-parts.ts'
import { type Page, readDocuments } from './pages.ts'
import { type Causation, type CausationQuery, causationOf } from './queries/causation.ts'
import { type Correlation, type CorrelationQuery, correlationOf } from './queries/correlation.ts'
import { type CurrentForm, createCurrentForms } from './queries/current-form.ts'
import { writeCursor } from './queries/cursor.ts'
import { type EventPage, listEvents } from './queries/event-list.ts'
import { type EventStats, type StatsQuery, statsOf } from './queries/event-stats.ts'
import { type FollowQuery, followRecords } from './queries/follow.ts'
import { type Histogram, type HistogramQuery, histogramOf } from './queries/histogram.ts'
import { checkList, checkTimeline, type ListQuery, type TimelineQuery } from './queries/list-query.ts'
import { readInOrder } from './queries/ordered-reader.ts'
import { afterPlace, checkId, checkQuarantine, type QuarantineQuery } from './queries/query.ts'
import { type RawMessage, rawMessage, rawProjection } from './queries/raw-message.ts'
import { checkRead, type ReadQuery } from './queries/read-query.ts'
import type { RecordBatch } from './queries/reading.ts'
import {
  type RecordHandlers,
  type ReplayIntoOptions,
  type ReplayIntoQuery,
  type ReplayIntoResult,
  replayInto,
} from './replay/replay-into.ts'
import { readRemovals, removalCollection } from './retention/removal.ts'
import { addCounts, type Counts, noCounts } from './stats.ts'
import type { PositionVector } from './vectors/position-vector.ts'
import { vectorStore } from './vectors/vector-store.ts'

/** What the ledger says of one topic, over all recorders and runs. */
export interface TopicTotals extends Counts {
  readonly topic: string
}

/** What {@link createEventLog} takes besides the database. */
export interface EventLogOptions {
  /** How long one query of MongoDB may take, in milliseconds. Default 10,000. */
  readonly maxTimeMs?: number | undefined
  /** How many documents a page may examine before it is given out as it is. Default 10,000. */
  readonly maxExamined?: number | undefined
  /** Where Kafka's partitions ended when somebody last measured it, for coverage; {@link measureEnds} measures it. Default: unknown. */
  readonly ends?: (() => MeasuredEnds | undefined) | undefined
  /** The domains by whose contracts {@link EventLog.current} and {@link EventLog.replayInto} read older versions. Default: none. */
  readonly domains?: readonly Domain[] | undefined
}

/**
 * Reads the log. It holds nothing open: the database's client stays the caller's.
 *
 * Every function may throw `LOG_QUERY_INVALID` and `LOG_FILTER_INVALID` (what was asked for), `LOG_QUERY_TIMEOUT` and
 * `LOG_UNREACHABLE` (to be tried again), and `LOG_DOCUMENT_INVALID` (an altered document).
 */
export interface EventLog {
  /**
   * Events newest first by (time, record id), page by page. All pages are pinned to what was recorded at the first one:
   * what is recorded later does not move them. A page that has examined 10,000 documents returns what it has.
   *
   * @throws LogError `LOG_CURSOR_INVALID` as well.
   */
  list(query?: ListQuery): Promise<EventPage>
  /** The events that name a household, or a user: {@link EventLog.list} of these. */
  timeline(query: TimelineQuery): Promise<EventPage>
  /** The record with this id (an event's, or a conflict's record id), or undefined. */
  get(id: string): Promise<EventRecord | undefined>
  /**
   * What a handler of today's contract gets of an event that was written in an older major version, or why it gets none;
   * undefined for one of the contract's own major or of none that its chain reaches back to. Worked out now, not stored.
   */
  current(record: EventRecord): CurrentForm | undefined
  /** The message of that record, byte for byte, or undefined. */
  raw(id: string): Promise<RawMessage | undefined>
  /** What caused an event, and what it caused; undefined where it is not recorded. */
  causation(id: string, query?: CausationQuery): Promise<Causation | undefined>
  /** The events that belong together by their correlation id, causes before their effects. */
  correlation(id: string, query?: CorrelationQuery): Promise<Correlation>
  /** How many events happened when, by type or another field. */
  histogram(query?: HistogramQuery): Promise<Histogram>
  /** How many events there are of each type, topic, source or verdict of the contract. */
  stats(query?: StatsQuery): Promise<EventStats>
  /** What was recorded of each topic, by the ledger, sorted by topic. */
  totals(): Promise<readonly TopicTotals[]>
  /** How far each topic-partition is recorded without a gap, against its end in Kafka. */
  coverage(): Promise<Coverage>
  /** How far each topic-partition is recorded now, by the ledger. */
  recorded(): Promise<PositionVector>
  /**
   * Reads records batch by batch in position order, between two position vectors: for exports, replays and read models.
   * It never reads beyond what is recorded without a gap, so nothing is skipped that several recorders write at once;
   * `position` of any batch is where another reading goes on. Memory is bounded by two batches.
   */
  read(query?: ReadQuery): AsyncIterable<RecordBatch>
  /** Like {@link EventLog.read}, without an end: goes on with what is recorded later, until it is left or its signal ends it. */
  follow(query?: FollowQuery): AsyncIterable<RecordBatch>
  /**
   * Hands records to handlers, one after the other, to build a read model anew: each topic-partition in its order, and
   * between them the one that Kafka got first. With a checkpoint the next call goes on where this one ended, however it
   * ended; what was handled since the last checkpoint is then handled again, unless the handler writes
   * `context.checkpoint()` together with its own effects. Memory is bounded. Rejects with what a handler throws.
   *
   * An event of an older major version has the data of today's contract, where the log knows its domain; one whose upcast
   * fails has its stored data, `contract: 'broken'` and the issues. `version` and `value` are always those of the wire.
   */
  replayInto(query: ReplayIntoQuery, handlers: RecordHandlers, options?: ReplayIntoOptions): Promise<ReplayIntoResult>
  /** Writes a position vector as a text for a URL; where that would be long, the name under which it is kept for a day. */
  writeVector(vector: PositionVector): Promise<string>
  /** Reads such a text back; throws `LOG_VECTOR_INVALID`. */
  readVector(text: string): Promise<PositionVector>
  /** Messages without a readable envelope, newest first. */
  quarantine(query?: QuarantineQuery): Promise<Page<QuarantinedMessage>>
}

/** Makes a reader of the log in a database. */
export function createEventLog(db: Db, options: EventLogOptions = {}): EventLog {
  const { maxTimeMs = 10_000, maxExamined = 10_000, ends = () => undefined, domains = [] } = options
  const current = createCurrentForms(domains)
  const parts: LogParts = {
    ...{ collections: collections(db), letters: deadLetterCollection(db), maxTimeMs, maxExamined, ends },
  }
  const vectors = vectorStore(db, maxTimeMs)
  const removals = removalCollection(db)
  const read: EventLog['read'] = (query = {}) => readInOrder(checkRead(query, new Date()), parts)
  const recorded = () => readRecorded(parts.collections, maxTimeMs)
  return {
    ...lookups(parts),
    current,
    list: async (query = {}) => listEvents(checkList(query), parts, vectors),
    timeline: async (query) => listEvents(checkTimeline(query), parts, vectors),
    causation: (id, query = {}) => causationOf(id, query, parts),
    correlation: (id, query = {}) => correlationOf(id, query, parts),
    histogram: (query = {}) => histogramOf(query, new Date(), parts),
    stats: (query = {}) => statsOf(query, new Date(), parts),
    coverage: async () => {
      const removed = readRemovals(removals, maxTimeMs)
      return coverageOf(...(await Promise.all([recorded(), ends(), removed])))
    },
    recorded,
    read,
    replayInto: (query, handlers, options) => replayInto({ read, recorded, current }, query, handlers, options),
    follow: (query = {}) => followRecords(query, parts),
    writeVector: (vector) => vectors.write(vector),
    readVector: (text) => vectors.read(text),
  }
}

const totalsSchema = z.object({
  topic: z.string(),
  counts: z.object({ recorded: z.number(), repeats: z.number(), conflicts: z.number(), quarantined: z.number() }),
})

/** What is read by one query of MongoDB. */
function lookups({ collections, maxTimeMs }: LogParts): Pick<EventLog, 'get' | 'raw' | 'totals' | 'quarantine'> {
  const { records, quarantine, partitions } = collections
  const options = { maxTimeMS: maxTimeMs }
  const one = async (id: string, projection: Document): Promise<Document | undefined> => {
    const found = records.find({ _id: { $eq: checkId(id) } }, { ...options, projection }).limit(1)
    return (await readDocuments(found))[0]
  }
  return {
    async get(id) {
      // The view says nothing that the value doesn't, and may be several times as large.
      const document = await one(id, { data: 0 })
      return document && eventRecord(document)
    },
    async raw(id) {
      const document = await one(id, rawProjection)
      return document && rawMessage(document)
    },
    async totals() {
      const states = await readDocuments(partitions.find({}, { ...options, projection: { topic: 1, counts: 1 } }))
      const byTopic = new Map<string, Counts>()
      for (const { topic, counts } of states.map((state) => totalsSchema.parse(state))) {
        byTopic.set(topic, addCounts(byTopic.get(topic) ?? noCounts, counts))
      }
      return [...byTopic].map(([topic, counts]) => ({ topic, ...counts })).sort((a, b) => (a.topic < b.topic ? -1 : 1))
    },
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
