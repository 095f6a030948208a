import type { TopicPartition } from '@house-helper/events-core'
import type { Document, Filter } from 'mongodb'
import { readRecorded } from '../coverage.ts'
import { recordsWithStatus } from '../dead-letters/event-statuses.ts'
import type { RecordDocument } from '../documents.ts'
import { type EventRecord, eventRecord } from '../event-record.ts'
import type { LogParts } from '../log-parts.ts'
import { queryError, readDocuments } from '../pages.ts'
import {
  commonVector,
  isBefore,
  type PartitionPosition,
  type PositionVector,
  sortedVector,
  vectorIndex,
} from '../vectors/position-vector.ts'
import { MAX_BATCH_BYTES, type OrderedReading, type RecordBatch } from './reading.ts'
import { recordConditions } from './record-conditions.ts'
import { readPlaces, selectPlaces } from './selected-reader.ts'

/** Offsets that one query looks at: what bounds the documents it examines. */
const WINDOW = 10_000

type Place = Pick<PartitionPosition, 'generation' | 'offset'>
interface Step {
  readonly records: readonly EventRecord[]
  readonly next: Place
}

/**
 * Reads records by topic, partition, generation and offset, from one position vector to another, never beyond what is
 * recorded without a gap: so what several loggers write at once is never skipped. One batch is read ahead; nothing else is held.
 */
export async function* readInOrder(reading: OrderedReading, parts: LogParts): AsyncGenerator<RecordBatch, void> {
  const recorded = await readRecorded(parts.collections, parts.maxTimeMs)
  const to = reading.to === undefined ? recorded : commonVector(reading.to, recorded)
  const places = await selectPlaces(reading, to, parts)
  if (places === undefined) yield* readThrough(reading, to, parts)
  else yield* readPlaces(places, reading, to, parts)
}

/** Goes through all offsets between two vectors. */
async function* readThrough(
  reading: OrderedReading,
  to: PositionVector,
  parts: LogParts,
): AsyncGenerator<RecordBatch, void> {
  const from = vectorIndex(reading.from)
  const { topic: topics } = reading.filter
  const reached = new Map(reading.from.map((position) => [`${position.topic}/${position.partition}`, position]))
  for (const end of to) {
    // A partition of another topic has nothing, however much is in it.
    if (topics !== undefined && !topics.includes(end.topic)) continue
    const start = from.positionOf(end) ?? { generation: 1, offset: 0 }
    for await (const { records, next } of readPartition(start, end, reading, parts)) {
      const { topic, partition } = end
      reached.set(`${topic}/${partition}`, { topic, partition, ...next })
      yield { records, position: sortedVector(reached.values()) }
    }
  }
}

async function* readPartition(
  start: Place,
  end: PartitionPosition,
  reading: OrderedReading,
  parts: LogParts,
): AsyncGenerator<Step, void> {
  const stepFrom = (at: Place): Promise<Step> | undefined => {
    if (!isBefore(at, end)) return undefined
    const step = readStep(at, end, reading, parts)
    // Whoever reads the batch before may not come back for this one; its failure is thrown where it is awaited.
    step.catch(() => {})
    return step
  }
  let ahead = stepFrom(start)
  try {
    while (ahead !== undefined) {
      reading.signal?.throwIfAborted()
      const step: Step = await ahead
      ahead = stepFrom(step.next)
      yield step
    }
  } finally {
    // No query outlives the reading of it.
    await ahead?.catch(() => {})
  }
}

async function readStep(at: Place, end: PartitionPosition, reading: OrderedReading, parts: LogParts): Promise<Step> {
  const generationEnd = at.generation < end.generation ? Number.POSITIVE_INFINITY : end.offset
  const windowEnd = Math.min(at.offset + WINDOW, generationEnd)
  const window = windowFilter(end, at.generation, at.offset, windowEnd)
  const { documents, isCut } = await readWindow(window, reading, parts)
  const last = documents.at(-1)?.offset
  const all = documents.map(eventRecord)
  const { status } = reading.filter
  const { letters, maxTimeMs, collections } = parts
  const records =
    status === undefined
      ? all
      : await recordsWithStatus(all, status, { letters, records: collections.records, maxTimeMs })
  if (isCut && last !== undefined) return { records, next: { ...at, offset: last + 1 } }
  const isSparse = documents.length === 0 && windowEnd < generationEnd
  return {
    records,
    next: isSparse ? await nextRecorded(end, at.generation, windowEnd, parts) : { ...at, offset: windowEnd },
  }
}

async function readWindow(
  window: Filter<RecordDocument>,
  { filter, batchSize, signal }: OrderedReading,
  { collections, maxTimeMs }: LogParts,
): Promise<{ documents: RecordDocument[]; isCut: boolean }> {
  // The view says nothing that the value doesn't, and may be several times as large.
  const options = {
    maxTimeMS: maxTimeMs,
    projection: { data: 0 },
    hint: 'by_position',
    ...(signal === undefined ? {} : { signal }),
  }
  const conditions = recordConditions(filter)
  const found = collections.records
    .find(conditions.length === 0 ? window : { $and: [window, ...conditions] }, options)
    .sort({ topic: 1, partition: 1, generation: 1, offset: 1 })
    .limit(batchSize)
    .batchSize(batchSize)
  const documents: RecordDocument[] = []
  let bytes = 0
  try {
    for await (const document of found) {
      documents.push(document)
      bytes += document.value?.length ?? 0
      if (documents.length >= batchSize || bytes >= MAX_BATCH_BYTES) return { documents, isCut: true }
    }
    return { documents, isCut: false }
  } catch (error) {
    signal?.throwIfAborted()
    throw queryError(error)
  }
}

/** The next place that has a record at all: offsets without one may be many, after a retention or a long row of repeats. */
async function nextRecorded(
  end: PartitionPosition,
  generation: number,
  offset: number,
  { collections, maxTimeMs }: LogParts,
): Promise<Place> {
  const generationEnd = generation < end.generation ? Number.POSITIVE_INFINITY : end.offset
  const found = collections.records
    .find(windowFilter(end, generation, offset, generationEnd), { maxTimeMS: maxTimeMs, hint: 'by_position' })
    .project<{ offset: number }>({ _id: 0, offset: 1 })
    .sort({ topic: 1, partition: 1, generation: 1, offset: 1 })
    .limit(1)
  const [next] = (await readDocuments(found)) as Document[]
  if (next !== undefined) return { generation, offset: Number(next.offset) }
  return generation < end.generation
    ? { generation: generation + 1, offset: 0 }
    : { generation: end.generation, offset: end.offset }
}

function windowFilter(
  { topic, partition }: TopicPartition,
  generation: number,
  from: number,
  to: number,
): Filter<RecordDocument> {
  return { topic: { $eq: topic }, partition, generation, offset: { $gte: from, $lt: to } }
}
