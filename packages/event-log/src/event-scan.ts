import type { Document, Filter } from 'mongodb'
import { recordIdsWithStatus, recordsWithStatus } from './dead-letters/event-statuses.ts'
import type { RecordDocument } from './documents.ts'
import { type EventRecord, eventRecord } from './event-record.ts'
import { matchingTypes } from './event-types.ts'
import type { EventFilter } from './filter/event-filter.ts'
import type { Place } from './list-cursor.ts'
import type { LogParts } from './log-parts.ts'
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
/** Dead letters that a page of a status may come from; where there are more, the records are gone through instead. */
const MAX_LETTERS = 10_000
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
  const named: Filter<RecordDocument>[] = [{ _id: { $in: [...ids] } }]
  // A conflict's record id is made of the id that it shares: an index finds it there.
  for (const id of scan.filter.id ?? []) named.push({ _id: { $gte: `${id}@`, $lt: `${id}A` }, eventId: { $eq: id } })
  const conditions = [{ $or: named }, ...recordConditions(scan.filter), ...afterConditions(scan)]
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
  const { collections, maxTimeMs, maxExamined } = parts
  const { type } = scan.filter
  const types = type === undefined ? undefined : await matchingTypes(collections.records, type, MAX_TYPES, maxTimeMs)
  const plan = planScan(scan.filter, types)
  const collector = collect(scan, parts)
  const found = collections.records.aggregate(scanPipeline(scan, plan, maxExamined), {
    maxTimeMS: maxTimeMs,
    batchSize: scan.limit + 1,
    ...(plan.hint === undefined ? {} : { hint: plan.hint }),
  })
  try {
    let chunk: EventRecord[] = []
    for await (const document of found) {
      chunk.push(eventRecord(document))
      if (chunk.length < Math.min(CHUNK, scan.limit + 1)) continue
      await collector.add(chunk)
      chunk = []
      if (collector.isFull()) break
    }
    await collector.add(chunk)
  } catch (error) {
    throw queryError(error)
  }
  return collector.result() ?? (await examined(scan, plan, collector.records(), parts))
}

/** The pipeline of a page: what the index gives in order, no more than may be examined, and what of that matches. */
export function scanPipeline(scan: Pick<Scan, 'filter' | 'after'>, plan: ScanPlan, maxExamined: number): Document[] {
  const { residual } = plan
  return [
    { $match: boundsOf(scan, plan) },
    { $sort: newestFirst },
    { $limit: maxExamined },
    ...(residual.length === 0 ? [] : [{ $match: { $and: [...residual] } }]),
    // The view says nothing that the value doesn't, and may be several times as large.
    { $unset: 'data' },
  ]
}

function boundsOf({ filter: { since, until }, after }: Pick<Scan, 'filter' | 'after'>, plan: ScanPlan): Document {
  const times = recordConditions({ ...(since && { since }), ...(until && { until }) })
  const all = [...plan.bounds, ...times, ...afterConditions({ after })]
  return all.length === 0 ? {} : { $and: all }
}

function afterConditions({ after }: Pick<Scan, 'after'>): Filter<RecordDocument>[] {
  if (after === undefined) return []
  const time = new Date(after.timeMs)
  // What is not before the place, rather than what is after it: an $or of that would be looked up part by part.
  return [{ time: { $lte: time } }, { $nor: [{ time, _id: { $gte: after.id } }] }]
}

/** Where a page ends that ran out of documents to examine: there, or nowhere, where the index had no more. */
async function examined(
  scan: Scan,
  plan: ScanPlan,
  records: readonly EventRecord[],
  { collections, maxTimeMs, maxExamined }: LogParts,
): Promise<Scanned> {
  const found = collections.records
    .find(boundsOf(scan, plan), { maxTimeMS: maxTimeMs, ...(plan.hint === undefined ? {} : { hint: plan.hint }) })
    .project<Pick<RecordDocument, '_id' | 'time'>>({ time: 1 })
    .sort(newestFirst)
    .skip(maxExamined - 1)
    .limit(1)
  const [last] = (await readDocuments(found)) as Pick<RecordDocument, '_id' | 'time'>[]
  if (last === undefined) return { records, end: undefined }
  const end = { timeMs: last.time.getTime(), id: last._id }
  const given = records.at(-1)
  // What was recorded between the two queries moves the second one's end up: what was given out is not to be given again.
  return { records, end: given !== undefined && comesAfter(placeOf(given), end) ? placeOf(given) : end }
}

/** Takes what is found, in its order, as far as it belongs to the page. */
function collect({ filter, asOf, limit }: Scan, parts: LogParts) {
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
