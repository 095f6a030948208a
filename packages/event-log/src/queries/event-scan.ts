import { recordIdsWithStatus } from '../dead-letters/event-statuses.ts'
import type { RecordDocument } from '../documents.ts'
import { eventRecord } from '../event-record.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import { type IndexScan, planIndexScan, scanIndex } from './index-scan.ts'
import { idMatch, MAX_LETTERS } from './lookup.ts'
import { collectPage, type Scan, type Scanned, statusParts } from './page-collector.ts'
import { recordConditions } from './record-conditions.ts'
import { afterConditions, newestFirst, type ScanRange } from './scan-window.ts'

/** How a page is read: by the record ids that the filter names, or by an index. */
export type PlannedScan = { readonly ids: readonly string[] } | IndexScan

/** Documents that are looked at together. */
const CHUNK = 100
/** Named records that are put in order for a page. */
const MAX_NAMED = 20_000

/** Finds out how a page is read, while what it is pinned to may still be looked up. */
export async function planPage(range: ScanRange, asOf: Promise<unknown>, parts: LogParts): Promise<PlannedScan> {
  const ids = await namedRecords(range.filter, parts)
  return ids === undefined ? await planIndexScan(range, asOf, parts) : { ids }
}

/** Reads a page newest first. It examines at most `maxExamined` documents, and then says where to go on. */
export async function scanEvents(scan: Scan, planned: PlannedScan, parts: LogParts): Promise<Scanned> {
  return 'ids' in planned ? await scanNamed(scan, planned.ids, parts) : await scanIndex(scan, planned, parts)
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
  const conditions = [...named, ...afterConditions(scan.after)]
  const found = records.aggregate<Pick<RecordDocument, '_id' | 'time'>>(
    [{ $match: { $and: conditions } }, { $project: { time: 1 } }, { $sort: newestFirst }, { $limit: MAX_NAMED }],
    { maxTimeMS: parts.maxTimeMs },
  )
  const inOrder = (await readDocuments(found)) as Pick<RecordDocument, '_id' | 'time'>[]
  const collector = collectPage(scan, parts)
  for (let from = 0; from < inOrder.length && !collector.isFull(); from += CHUNK) {
    const wanted = inOrder.slice(from, from + CHUNK).map(({ _id }) => _id)
    const some = records.find({ _id: { $in: wanted } }, { maxTimeMS: parts.maxTimeMs, projection: { data: 0 } })
    await collector.add((await readDocuments(some.sort(newestFirst))).map(eventRecord))
  }
  const last = inOrder[MAX_NAMED - 1]
  const end = last && { timeMs: last.time.getTime(), id: last._id }
  return collector.result() ?? { records: collector.records(), end }
}
