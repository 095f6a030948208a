import { z } from 'zod'
import { eventRecord } from '../event-record.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import {
  byPlace,
  isBefore,
  type PositionVector,
  type RecordPlace,
  sortedVector,
  vectorIndex,
} from '../vectors/position-vector.ts'
import { lookupOf } from './lookup.ts'
import { MAX_BATCH_BYTES, type OrderedReading, type RecordBatch } from './reading.ts'
import { recordConditions } from './record-conditions.ts'

/** Places that are put in order in memory: some 4 MB. */
const MAX_PLACES = 20_000
/** Below this many offsets, to go through them all is as fast. */
const MIN_OFFSETS = 50_000

const placeSchema = z.object({
  _id: z.string(),
  topic: z.string(),
  partition: z.number(),
  generation: z.number(),
  offset: z.number(),
  bytes: z.number(),
})

/** Where a record lies, and how large it is. */
export interface SelectedPlace extends RecordPlace {
  readonly _id: string
  readonly bytes: number
}

/**
 * The places of a filter's records between two vectors, in position order, where an index finds few: so that the records
 * of one household are not looked for among all there are. Undefined where going through the offsets is the better way.
 */
export async function selectPlaces(
  { filter, from }: OrderedReading,
  to: PositionVector,
  parts: LogParts,
): Promise<readonly SelectedPlace[] | undefined> {
  const starts = vectorIndex(from)
  const isShort = to.every(({ generation }) => generation === 1)
  const offsets = to.reduce((sum, end) => sum + end.offset - (starts.positionOf(end)?.offset ?? 0), 0)
  if (isShort && offsets < MIN_OFFSETS) return undefined
  const lookup = await lookupOf(filter, parts)
  if (lookup === undefined || !lookup.isSelective) return undefined
  const { since, until } = filter
  const times = recordConditions({ ...(since && { since }), ...(until && { until }) })
  const place = { topic: 1, partition: 1, generation: 1, offset: 1, bytes: { $bsonSize: '$$ROOT' } }
  const found = parts.collections.records.aggregate(
    [{ $match: { $and: [...lookup.match, ...times] } }, { $limit: MAX_PLACES + 1 }, { $project: place }],
    { maxTimeMS: parts.maxTimeMs, ...(lookup.hint === undefined ? {} : { hint: lookup.hint }) },
  )
  const places = (await readDocuments(found)).map((document) => placeSchema.parse(document))
  if (places.length > MAX_PLACES) return undefined
  const ends = vectorIndex(to)
  const isAfterStart = (place: RecordPlace) => {
    const start = starts.positionOf(place)
    return start === undefined || !isBefore(place, start)
  }
  return places.filter((place) => ends.covers(place) && isAfterStart(place)).sort(inPositionOrder)
}

/** Reads the records of places that are in position order, batch by batch; the last batch ends where all of it does. */
export async function* readPlaces(
  places: readonly SelectedPlace[],
  { from, batchSize, signal }: OrderedReading,
  to: PositionVector,
  { collections, maxTimeMs }: LogParts,
): AsyncGenerator<RecordBatch, void> {
  for (let rest = places; rest.length > 0; ) {
    signal?.throwIfAborted()
    const wanted = rest.slice(0, batchEnd(rest, batchSize))
    rest = rest.slice(wanted.length)
    const ids = { _id: { $in: wanted.map(({ _id }) => _id) } }
    const found = collections.records.find(ids, { maxTimeMS: maxTimeMs, projection: { data: 0 } })
    const records = (await readDocuments(found)).map(eventRecord).sort(inPositionOrder)
    yield { records, position: rest.length === 0 ? sortedVector([...from, ...to]) : reachedAt(wanted, from, to) }
  }
  if (places.length === 0) yield { records: [], position: sortedVector([...from, ...to]) }
}

function batchEnd(places: readonly SelectedPlace[], batchSize: number): number {
  let bytes = 0
  const end = places.findIndex((place, index) => {
    bytes += place.bytes
    return index === batchSize || (index > 0 && bytes > MAX_BATCH_BYTES)
  })
  return end === -1 ? places.length : end
}

/** How far reading has got with these places: partitions before that of the last one are done. */
function reachedAt(read: readonly SelectedPlace[], from: PositionVector, to: PositionVector): PositionVector {
  const last = read.at(-1)
  if (last === undefined) return from
  const { topic, partition, generation, offset } = last
  const done = to.filter((end) => byPlace(end, last) < 0)
  return sortedVector([...from, ...done, { topic, partition, generation, offset: offset + 1 }])
}

function inPositionOrder(a: RecordPlace, b: RecordPlace): number {
  return byPlace(a, b) || a.generation - b.generation || a.offset - b.offset
}
