import { z } from 'zod'
import type { Collections } from '../collections.ts'
import type { PartitionState } from '../documents.ts'
import { parseDocument } from '../event-record.ts'
import { readDocuments } from '../pages.ts'

/** The schema of one message that was recorded later than its neighbours. */
export const backfillSchema = z.object({
  /** The position, as record ids have it. */
  _id: z.string(),
  topic: z.string(),
  partition: z.number().int().nonnegative(),
  generation: z.number().int().positive(),
  offset: z.number().int().nonnegative(),
  /** What was wrong: it was not stored, or the ledger has a gap there. */
  reason: z.enum(['missing', 'unrecorded']),
  outcome: z.enum(['recorded', 'repeat', 'conflict', 'quarantined']),
  backfilledAt: z.date(),
})

/** One message that was recorded later: the ledger is never changed, so this is what accounts for it. */
export type BackfillDocument = z.infer<typeof backfillSchema>

/** The offsets of a partition's gaps that were recorded later, by generation. */
export async function backfilledOffsets(
  { topic, partition }: Pick<PartitionState, 'topic' | 'partition'>,
  { collections, maxTimeMs }: { readonly collections: Collections; readonly maxTimeMs: number },
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const found = collections.backfills.find({ topic, partition, reason: 'unrecorded' }, { maxTimeMS: maxTimeMs })
  const byGeneration = new Map<number, Set<number>>()
  for (const document of await readDocuments(found)) {
    const { generation, offset } = parseDocument(backfillSchema, document, 'backfills')
    const known = byGeneration.get(generation) ?? new Set<number>()
    byGeneration.set(generation, known.add(offset))
  }
  return byGeneration
}
