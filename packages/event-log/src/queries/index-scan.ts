import { isHouseHelperError } from '@house-helper/events-core'
import type { FindCursor } from 'mongodb'
import type { RecordDocument } from '../documents.ts'
import { type EventRecord, eventRecord } from '../event-record.ts'
import type { LogParts } from '../log-parts.ts'
import { queryError } from '../pages.ts'
import { matchingTypes } from './event-types.ts'
import type { Place } from './list-cursor.ts'
import { type Collector, collectPage, MAX_PAGE_BYTES, placeOf, type Scan, type Scanned } from './page-collector.ts'
import { MAX_TYPES, planScan, type ScanPlan } from './scan-plan.ts'
import { boundOf, newestFirst, rangeOf, type ScanRange, windowsOf } from './scan-window.ts'

/** How a page is read by an index, known before what it is pinned to. */
export interface IndexScan {
  readonly plan: ScanPlan
  readonly windows: readonly number[]
  /** Where the first window ends; undefined where it is not looked up before. */
  readonly bound: Place | undefined
}

/** Documents that are looked at together. */
const CHUNK = 100
/** How long a page is looked for without bounds, where keys tell what belongs to it: long enough for nearly all. */
const UNBOUND_MS = 100

/**
 * Plans a page that is read by an index. `asOf` is waited for only where it matters: a type that is recorded later than
 * the types were looked up would be missing on a page that is pinned to a moment after it.
 */
export async function planIndexScan(range: ScanRange, asOf: Promise<unknown>, parts: LogParts): Promise<IndexScan> {
  const { collections, maxTimeMs } = parts
  const plan = await planScan(range.filter, async (types) => {
    await asOf
    return await matchingTypes(collections.records, types, MAX_TYPES, maxTimeMs)
  })
  const windows = windowsOf(range, plan, parts)
  const bound = plan.isToldByKeys ? undefined : await boundOf(range, plan, windows[0] ?? 1, parts)
  return { plan, windows, bound }
}

/** Reads a page by an index. */
export async function scanIndex(scan: Scan, planned: IndexScan, parts: LogParts): Promise<Scanned> {
  const found = planned.plan.isToldByKeys ? await scanUnbound(scan, planned.plan, parts) : undefined
  return found ?? (await scanWindows(scan, planned, parts))
}

/** Reads a page without looking up bounds first; undefined where what it has is so rare that this takes long. */
async function scanUnbound(scan: Scan, plan: ScanPlan, parts: LogParts): Promise<Scanned | undefined> {
  const collector = collectPage(scan, parts)
  const { maxTimeMs, maxExamined } = parts
  const window = { plan, size: maxExamined, bound: undefined }
  try {
    const end = await scanWindow(scan, window, collector, { ...parts, maxTimeMs: Math.min(maxTimeMs, UNBOUND_MS) })
    return collector.result() ?? { records: collector.records(), end }
  } catch (error) {
    if (isHouseHelperError(error, 'LOG_QUERY_TIMEOUT')) return undefined
    throw error
  }
}

/** Reads a page window by window, each with a bound of its own, until it is full or has examined what it may. */
async function scanWindows(scan: Scan, { plan, windows, bound }: IndexScan, parts: LogParts): Promise<Scanned> {
  const collector = collectPage(scan, parts)
  let { after } = scan
  let isFirst = !plan.isToldByKeys
  for (const size of windows) {
    const range = { ...scan, after }
    const end = isFirst ? bound : await boundOf(range, plan, size, parts)
    after = await scanWindow(range, { plan, size, bound: end }, collector, parts)
    isFirst = false
    if (after === undefined || collector.isFull()) break
  }
  return collector.result() ?? { records: collector.records(), end: after }
}

interface Window {
  readonly plan: ScanPlan
  readonly size: number
  readonly bound: Place | undefined
}

/** Reads a window, as far as the page needs it; gives the place to go on after where there may be more beyond it. */
async function scanWindow(
  scan: Scan,
  window: Window,
  collector: Collector,
  parts: LogParts,
): Promise<Place | undefined> {
  let { after } = scan
  let examined = 0
  do {
    const some = await scanSome({ ...scan, after }, window, collector, parts)
    after = some.after
    examined += some.seen
    // What was recorded after the first page is examined and not given out, and may be any number.
  } while (after !== undefined && examined < window.size)
  return after ?? window.bound
}

/** Reads some documents for a page; gives how many, and the place to go on after where there may be more in the window. */
async function scanSome(
  scan: Scan,
  window: Window,
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
    for await (const document of findOrdered(scan, window, parts).limit(wanted).batchSize(wanted)) {
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

/** Finds the documents of a plan, newest first, after the place where the scan is and not beyond the window. */
function findOrdered(
  scan: Scan,
  { plan, bound }: Window,
  { collections, maxTimeMs }: LogParts,
): FindCursor<RecordDocument> {
  const [only = {}, ...others] = plan.parts.map(({ bounds }) => rangeOf(scan, [...bounds, ...plan.residual], bound))
  const hint = others.length === 0 ? plan.parts[0]?.hint : undefined
  // The view says nothing that the value doesn't, and may be several times as large.
  const options = { maxTimeMS: maxTimeMs, projection: { data: 0 }, ...(hint === undefined ? {} : { hint }) }
  return collections.records.find(others.length === 0 ? only : { $or: [only, ...others] }, options).sort(newestFirst)
}
