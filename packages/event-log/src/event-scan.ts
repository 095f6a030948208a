import type { Filter, FindCursor } from 'mongodb'
import { recordIdsWithStatus, recordsWithStatus } from './dead-letters/event-statuses.ts'
import type { RecordDocument } from './documents.ts'
import { type EventRecord, eventRecord } from './event-record.ts'
import { matchingTypes } from './event-types.ts'
import type { EventFilter } from './filter/event-filter.ts'
import type { Place } from './list-cursor.ts'
import type { LogParts } from './log-parts.ts'
import { idMatch, MAX_LETTERS } from './lookup.ts'
import { queryError, readDocuments } from './pages.ts'
import { type PositionVector, vectorIndex } from './position-vector.ts'
import { recordConditions } from './record-conditions.ts'
import { MAX_TYPES, planScan, type ScanPlan } from './scan-plan.ts'

/** What one page is to hold. */
export interface Scan {
  readonly filter: EventFilter
  /** The place that the page begins after; undefined on the first one. */
  readonly after: Place | undefined
  /** What was recorded when the first page was read: nothing recorded later is on any page. */
  readonly asOf: PositionVector
  readonly limit: number
}

/** A page, and the place to go on after; undefined at the end. */
export interface Scanned {
  readonly records: readonly EventRecord[]
  readonly end: Place | undefined
}

/** What the values of one page may have together, but for a single record that has more. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024
/** Documents that are looked at together. */
const CHUNK = 100
/** Named records that are put in order for a page. */
const MAX_NAMED = 20_000

const newestFirst = { time: -1, _id: -1 } as const

/** Reads a page newest first. It examines at most `maxExamined` documents, and then says where to go on. */
export async function scanEvents(scan: Scan, parts: LogParts): Promise<Scanned> {
  const ids = await namedRecords(scan.filter, parts)
  return ids === undefined ? await scanIndex(scan, parts) : await scanNamed(scan, ids, parts)
}

/** The record ids that a filter names, directly or by the state of few dead letters; undefined where it names none. */
async function namedRecords(filter: EventFilter, parts: LogParts): Promise<readonly string[] | undefined> {
  if (filter.id !== undefined) return filter.id
  if (filter.status === undefined) return undefined
  return await recordIdsWithStatus(filter.status, MAX_LETTERS, statusParts(parts))
}

async function scanNamed(scan: Scan, ids: readonly string[], parts: LogParts): Promise<Scanned> {
  const { records } = parts.collections
  const { filter } = scan
  const named = filter.id === undefined ? [{ _id: { $in: [...ids] } }, ...recordConditions(filter)] : idMatch(filter)
  const conditions = [...named, ...afterConditions(scan)]
  const found = records.aggregate<Pick<RecordDocument, '_id' | 'time'>>(
    [{ $match: { $and: conditions } }, { $project: { time: 1 } }, { $sort: newestFirst }, { $limit: MAX_NAMED }],
    { maxTimeMS: parts.maxTimeMs },
  )
  const inOrder = (await readDocuments(found)) as Pick<RecordDocument, '_id' | 'time'>[]
  const collector = collect(scan, parts)
  for (let from = 0; from < inOrder.length && !collector.isFull(); from += CHUNK) {
    const wanted = inOrder.slice(from, from + CHUNK).map(({ _id }) => _id)
    const some = records.find({ _id: { $in: wanted } }, { maxTimeMS: parts.maxTimeMs, projection: { data: 0 } })
    await collector.add((await readDocuments(some.sort(newestFirst))).map(eventRecord))
  }
  const last = inOrder[MAX_NAMED - 1]
  const end = last && { timeMs: last.time.getTime(), id: last._id }
  return collector.result() ?? { records: collector.records(), end }
}

async function scanIndex(scan: Scan, parts: LogParts): Promise<Scanned> {
  const { collections, maxTimeMs } = parts
  const { type } = scan.filter
  const types = type === undefined ? undefined : await matchingTypes(collections.records, type, MAX_TYPES, maxTimeMs)
  const plan = planScan(scan.filter, types)
  const bound = await examinedBound(scan, plan, parts)
  const collector = collect(scan, parts)
  let { after } = scan
  let examined = 0
  do {
    const some = await scanSome({ ...scan, after }, plan, bound, collector, parts)
    after = some.after
    examined += some.seen
    // What was recorded after the first page is examined and not given out, and may be any number.
  } while (after !== undefined && examined < parts.maxExamined)
  return collector.result() ?? { records: collector.records(), end: after ?? bound }
}

/**
 * The place of the last document that a page may examine; undefined where there are fewer, or where every document that
 * the index finds is on the page. It is looked up in the index alone, and before the page is read: so a page that finds
 * little ends exactly there.
 */
async function examinedBound(scan: Scan, plan: ScanPlan, parts: LogParts): Promise<Place | undefined> {
  if (plan.residual.length === 0 && scan.filter.status === undefined) return undefined
  const { collections, maxTimeMs, maxExamined } = parts
  const share = Math.ceil(maxExamined / plan.parts.length)
  const bounds = plan.parts.map(async (part) => {
    const found = collections.records
      .find(rangeOf(scan, part.bounds), { maxTimeMS: maxTimeMs, hint: part.hint })
      .project<Pick<RecordDocument, '_id' | 'time'>>({ time: 1 })
      .sort(newestFirst)
      .skip(share - 1)
      .limit(1)
    const [last] = (await readDocuments(found)) as Pick<RecordDocument, '_id' | 'time'>[]
    return last && { timeMs: last.time.getTime(), id: last._id }
  })
  const all = (await Promise.all(bounds)).filter((place) => place !== undefined)
  return all.length === 0 ? undefined : all.reduce((a, b) => (comesAfter(a, b) ? b : a))
}

/** Reads some documents for a page; gives how many, and the place to go on after where there may be more for it. */
async function scanSome(
  scan: Scan,
  plan: ScanPlan,
  bound: Place | undefined,
  collector: Collector,
  parts: LogParts,
): Promise<{ readonly seen: number; readonly after: Place | undefined }> {
  // One more than the page has says that another page follows.
  const wanted = scan.limit + 1
  let chunk: EventRecord[] = []
  let bytes = 0
  let last: EventRecord | undefined
  let seen = 0
  try {
    for await (const document of findOrdered(scan, plan, bound, parts).limit(wanted).batchSize(wanted)) {
      last = eventRecord(document)
      seen += 1
      chunk.push(last)
      bytes += last.value.length
      if (chunk.length < CHUNK && bytes < MAX_PAGE_BYTES) continue
      await collector.add(chunk)
      chunk = []
      bytes = 0
      if (collector.isFull()) break
    }
    await collector.add(chunk)
  } catch (error) {
    throw queryError(error)
  }
  const isDone = seen < wanted || collector.isFull()
  return { seen, after: isDone ? undefined : last && placeOf(last) }
}

/** Finds the documents of a plan, newest first, after the place where the scan is and not beyond its bound. */
function findOrdered(
  scan: Scan,
  plan: ScanPlan,
  bound: Place | undefined,
  { collections, maxTimeMs }: LogParts,
): FindCursor<RecordDocument> {
  const [only = {}, ...others] = plan.parts.map(({ bounds }) => rangeOf(scan, [...bounds, ...plan.residual], bound))
  const hint = others.length === 0 ? plan.parts[0]?.hint : undefined
  // The view says nothing that the value doesn't, and may be several times as large.
  const options = { maxTimeMS: maxTimeMs, projection: { data: 0 }, ...(hint === undefined ? {} : { hint }) }
  return collections.records.find(others.length === 0 ? only : { $or: [only, ...others] }, options).sort(newestFirst)
}

/** The conditions of a part of the order: after a place, not after another one, within the filter's times. */
function rangeOf(
  { filter: { since, until }, after }: Pick<Scan, 'filter' | 'after'>,
  conditions: readonly Filter<RecordDocument>[],
  bound?: Place,
): Filter<RecordDocument> {
  const times = recordConditions({ ...(since && { since }), ...(until && { until }) })
  const all = [...conditions, ...times, ...afterConditions({ after }), ...boundConditions(bound)]
  return all.length === 0 ? {} : { $and: all }
}

function afterConditions({ after }: Pick<Scan, 'after'>): Filter<RecordDocument>[] {
  if (after === undefined) return []
  const time = new Date(after.timeMs)
  // What is not before the place, rather than what is after it: an $or of that would be looked up part by part.
  return [{ time: { $lte: time } }, { $nor: [{ time, _id: { $gte: after.id } }] }]
}

function boundConditions(bound: Place | undefined): Filter<RecordDocument>[] {
  if (bound === undefined) return []
  const time = new Date(bound.timeMs)
  return [{ time: { $gte: time } }, { $nor: [{ time, _id: { $lt: bound.id } }] }]
}

/** Takes what is found, in its order, as far as it belongs to the page. */
interface Collector {
  add(found: readonly EventRecord[]): Promise<void>
  /** Whether the page has all that it can have, and another one follows. */
  isFull(): boolean
  records(): readonly EventRecord[]
  /** The page where it is full. */
  result(): Scanned | undefined
}

function collect({ filter, asOf, limit }: Scan, parts: LogParts): Collector {
  const index = vectorIndex(asOf)
  const records: EventRecord[] = []
  let bytes = 0
  let isFull = false
  return {
    records: () => records,
    isFull: () => isFull,
    async add(found: readonly EventRecord[]): Promise<void> {
      const covered = found.filter((record) => index.covers(record))
      const { status } = filter
      const matching = status === undefined ? covered : await recordsWithStatus(covered, status, statusParts(parts))
      for (const record of matching) {
        // One more than asked for says that another page follows.
        isFull ||= records.length === limit || (bytes > 0 && bytes + record.value.length > MAX_PAGE_BYTES)
        if (isFull) return
        records.push(record)
        bytes += record.value.length
      }
    },
    result: (): Scanned | undefined => {
      const last = records.at(-1)
      return isFull && last !== undefined ? { records, end: placeOf(last) } : undefined
    },
  }
}

function statusParts({ letters, collections, maxTimeMs }: LogParts) {
  return { letters, records: collections.records, maxTimeMs }
}

function placeOf({ time, recordId }: EventRecord): Place {
  return { timeMs: time.getTime(), id: recordId }
}

/** Whether a place comes after another one in a list; ids as MongoDB compares them, by their bytes. */
function comesAfter(a: Place, b: Place): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)) < 0)
}
