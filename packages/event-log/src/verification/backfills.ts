import type { Collections } from '../collections.ts'
import { backfillSchema, type PartitionState } from '../documents.ts'
import { parseDocument } from '../event-record.ts'
import { readDocuments } from '../pages.ts'

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
