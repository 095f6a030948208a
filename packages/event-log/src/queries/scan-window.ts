import type { Filter } from 'mongodb'
import type { RecordDocument } from '../documents.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import type { Place } from './list-cursor.ts'
import type { Scan } from './page-collector.ts'
import { recordConditions } from './record-conditions.ts'
import type { IndexPart, ScanPlan } from './scan-plan.ts'

/** Where in the order of a list a page is looked for. */
export type ScanRange = Pick<Scan, 'filter' | 'after'>

/** The order of lists. */
export const newestFirst = { time: -1, _id: -1 } as const

/** Of the documents that a page may examine, this part comes first: where a page is found in it, the rest costs nothing. */
const FIRST_PART = 0.05

/** How many documents the windows of a page have, which are looked through one after the other. */
export function windowsOf({ filter }: ScanRange, plan: ScanPlan, { maxExamined }: LogParts): readonly number[] {
  if (isAnsweredByIndex(filter, plan)) return [maxExamined]
  const first = Math.ceil(maxExamined * FIRST_PART)
  return [first, maxExamined - first].filter((size) => size > 0)
}

/** Whether every document that the index finds is one of the list. */
function isAnsweredByIndex({ status }: ScanRange['filter'], { residual }: ScanPlan): boolean {
  return residual.length === 0 && status === undefined
}

/**
 * The place of the last document of a window; undefined where there are fewer, or where every document that the index
 * finds is on the page. It is looked up in the index alone, and before the window is read: so a page that finds little
 * ends exactly there, whatever is recorded or removed meanwhile.
 */
export async function boundOf(
  range: ScanRange,
  plan: ScanPlan,
  size: number,
  parts: LogParts,
): Promise<Place | undefined> {
  if (isAnsweredByIndex(range.filter, plan)) return undefined
  const share = Math.ceil(size / plan.parts.length)
  const bounds = await Promise.all(plan.parts.map((part) => partBound(range, part, share, parts)))
  const all = bounds.filter((place) => place !== undefined)
  return all.length === 0 ? undefined : all.reduce((a, b) => (comesAfter(a, b) ? b : a))
}

async function partBound(
  range: ScanRange,
  part: IndexPart,
  share: number,
  parts: LogParts,
): Promise<Place | undefined> {
  const { filter, after } = range
  if (after === undefined) return await placeAt(rangeOf(range, part.bounds), part, share, parts)
  // From the moment of the place on, which keys alone can tell: what of that moment lies before it is counted too.
  const moment = { time: { $lte: new Date(after.timeMs) } }
  const near = await placeAt(rangeOf({ filter, after: undefined }, [...part.bounds, moment]), part, share, parts)
  if (near === undefined || comesAfter(near, after)) return near
  // A whole window of one moment: exactly after the place, for which MongoDB looks at the documents.
  return await placeAt(rangeOf(range, part.bounds), part, share, parts)
}

/** The place of the so-many-th document that a part of an index finds, newest first. */
async function placeAt(
  range: Filter<RecordDocument>,
  { hint }: IndexPart,
  number: number,
  { collections, maxTimeMs }: LogParts,
): Promise<Place | undefined> {
  const found = collections.records
    .find(range, { maxTimeMS: maxTimeMs, hint })
    .project<Pick<RecordDocument, '_id' | 'time'>>({ time: 1 })
    .sort(newestFirst)
    .skip(number - 1)
    .limit(1)
  const [last] = (await readDocuments(found)) as Pick<RecordDocument, '_id' | 'time'>[]
  return last && { timeMs: last.time.getTime(), id: last._id }
}

/** The conditions of a part of the order: after a place, not after another one, within the filter's times. */
export function rangeOf(
  { filter: { since, until }, after }: ScanRange,
  conditions: readonly Filter<RecordDocument>[],
  bound?: Place,
): Filter<RecordDocument> {
  const times = recordConditions({ ...(since && { since }), ...(until && { until }) })
  const all = [...conditions, ...times, ...afterConditions(after), ...boundConditions(bound)]
  return all.length === 0 ? {} : { $and: all }
}

/** The condition that a record comes after a place. */
export function afterConditions(after: Place | undefined): Filter<RecordDocument>[] {
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

/** Whether a place comes after another one in a list; ids as MongoDB compares them, by their bytes. */
function comesAfter(a: Place, b: Place): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)) < 0)
}
