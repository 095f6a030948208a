import type { TopicPartition, Transport } from '@house-helper/events-core'
import { z } from 'zod'
import type { Collections } from './collections.ts'
import { LogError } from './errors.ts'
import { readDocuments } from './pages.ts'
import type { PartitionPlace, Removal } from './retention/removal.ts'
import { findTopics } from './topic-discovery.ts'
import { byPlace, type PositionVector } from './vectors/position-vector.ts'

/** Where partitions end in Kafka, as it was last asked. */
export interface MeasuredEnds {
  readonly measuredAt: Date
  /** `high` is the offset that is written next. */
  readonly ends: readonly (TopicPartition & { readonly high: number })[]
}

/** How far one topic-partition is recorded. */
export interface PartitionCoverage extends TopicPartition {
  /** The generation that is being recorded; 0 where nothing of the partition is. */
  readonly generation: number
  /** Everything before this offset is recorded, or known not to be in Kafka. */
  readonly next: number
  /** Where the partition ended when it was last measured; undefined where nobody measured it. */
  readonly end: number | undefined
  /** How many offsets were waiting then; undefined where nobody measured. */
  readonly missing: number | undefined
  /** Whatever lies before this place was removed by retention; absent where nothing was. */
  readonly removedBelow?: PartitionPlace | undefined
}

/** How far the log is recorded without a gap, against the ends of Kafka's partitions. */
export interface Coverage {
  /** Whether everything that Kafka had when its ends were measured is recorded; undefined where nobody measured. */
  readonly complete: boolean | undefined
  readonly measuredAt: Date | undefined
  /** By topic and partition. */
  readonly partitions: readonly PartitionCoverage[]
}

const positionSchema = z.object({
  topic: z.string(),
  partition: z.number().int().nonnegative(),
  generation: z.number().int().positive(),
  next: z.number().int().nonnegative(),
})

/** Reads how far each partition is recorded, by the ledger: a vector that everything recorded later lies beyond. */
export async function readRecorded(
  { partitions }: Pick<Collections, 'partitions'>,
  maxTimeMS: number,
): Promise<PositionVector> {
  const projection = { topic: 1, partition: 1, generation: 1, next: 1 }
  const states = await readDocuments(partitions.find({}, { maxTimeMS, projection }))
  return states
    .map((state) => {
      const result = positionSchema.safeParse(state)
      if (!result.success) throw invalidState(state._id)
      const { topic, partition, generation, next } = result.data
      return { topic, partition, generation, offset: next }
    })
    .sort(byPlace)
}

/** Compares what is recorded with the ends of Kafka's partitions. */
export function coverageOf(
  recorded: PositionVector,
  measured: MeasuredEnds | undefined,
  removals: readonly Removal[] = [],
): Coverage {
  const all = new Map<string, PartitionCoverage>()
  for (const { topic, partition, generation, offset } of recorded) {
    const unmeasured = { end: undefined, missing: undefined }
    all.set(`${topic}/${partition}`, { topic, partition, generation, next: offset, ...unmeasured })
  }
  for (const { topic, partition, high } of measured?.ends ?? []) {
    const known = all.get(`${topic}/${partition}`) ?? { topic, partition, generation: 0, next: 0 }
    all.set(`${topic}/${partition}`, { ...known, end: high, missing: Math.max(0, high - known.next) })
  }
  for (const { _id, removedBelow } of removals) {
    const known = all.get(_id)
    if (known !== undefined) all.set(_id, { ...known, removedBelow })
  }
  const partitions = [...all.values()].sort(byPlace)
  return {
    complete:
      measured === undefined ? undefined : partitions.every(({ missing }) => missing === undefined || missing === 0),
    measuredAt: measured?.measuredAt,
    partitions,
  }
}

function invalidState(id: unknown): LogError {
  return new LogError(
    'LOG_LEDGER_INVALID',
    `The ledger's state of ${String(id)} in the collection partitions cannot be used. Restore it from a backup.`,
    { details: { id } },
  )
}

/** Asks Kafka where the partitions of all domain topics end, for {@link EventLogOptions.ends}. */
export async function measureEnds(transport: Pick<Transport, 'admin' | 'topicPrefix'>): Promise<MeasuredEnds> {
  const { topics } = await findTopics(transport)
  // Taken before the answer: what is recorded by then was recorded at the latest when the ends were measured.
  const measuredAt = new Date()
  const ends = topics.length === 0 ? [] : await transport.admin.ranges(topics)
  return { measuredAt, ends: ends.map(({ topic, partition, high }) => ({ topic, partition, high })) }
}
