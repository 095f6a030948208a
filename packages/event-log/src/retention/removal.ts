import type { Collection, Db } from 'mongodb'
import { z } from 'zod'
import { DURABLE } from '../collections.ts'
import { parseDocument } from '../event-record.ts'
import { readDocuments } from '../pages.ts'

const count = z.number().int().nonnegative()

/** The schema of what retention has removed of one topic-partition, as `removals` holds it. */
export const removalSchema = z.object({
  /** `<topic>/<partition>`. */
  _id: z.string(),
  topic: z.string(),
  partition: count,
  /** Whatever lies before this place of the partition was removed, or is about to be. */
  removedBelow: z.object({ generation: z.number().int().positive(), offset: count }),
  /** How many records, and how many messages in quarantine, that was. */
  records: count,
  quarantined: count,
  /** When Kafka had got the first and the last of them. */
  oldest: z.date(),
  newest: z.date(),
  /** What the policy said when the last of them was removed. */
  keepMs: z.number().int().positive(),
  removedAt: z.date(),
})

/** What retention has removed of one topic-partition: written down before anything is deleted. */
export type Removal = z.infer<typeof removalSchema>

/** A place in a partition, in the order of recording. */
export interface PartitionPlace {
  readonly generation: number
  readonly offset: number
}

/** Names the collection of removals. */
export function removalCollection(db: Db): Collection<Removal> {
  return db.collection<Removal>('removals', {
    ...{ ignoreUndefined: true, writeConcern: DURABLE },
    ...{ readConcern: { level: 'majority' as const }, readPreference: 'primary' as const },
  })
}

/** Reads what was removed of all partitions, or of one topic's. */
export async function readRemovals(
  removals: Collection<Removal>,
  maxTimeMS: number,
  topic?: string,
): Promise<readonly Removal[]> {
  const found = removals.find(topic === undefined ? {} : { topic: { $eq: topic } }, { maxTimeMS })
  return (await readDocuments(found)).map((document) => parseDocument(removalSchema, document, 'removals'))
}
