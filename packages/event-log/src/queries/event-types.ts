import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { RecordDocument } from '../documents.ts'
import { readDocuments } from '../pages.ts'
import { isPrefix, typeCondition } from './record-conditions.ts'

const typesSchema = z.array(z.object({ _id: z.string() }))

/**
 * The types that events of the log have and that match one of some patterns (all of them where none is given), sorted;
 * undefined where there are more than `limit`. It looks up one index key for each type, however many events there are.
 */
export async function matchingTypes(
  records: Collection<RecordDocument>,
  patterns: readonly string[] | undefined,
  limit: number,
  maxTimeMS: number,
): Promise<readonly string[] | undefined> {
  if (patterns !== undefined && !patterns.some(isPrefix)) return patterns
  const match = patterns === undefined ? [] : [{ $match: typeCondition(patterns) }]
  const found = records.aggregate([...match, { $sort: { type: 1 } }, { $group: { _id: '$type' } }], {
    maxTimeMS,
    hint: 'by_type',
  })
  const types = typesSchema.parse(await readDocuments(found)).map(({ _id }) => _id)
  return types.length > limit ? undefined : types.sort()
}
