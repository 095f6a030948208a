import type { Filter } from 'mongodb'
import { recordIdsWithStatus } from '../dead-letters/event-statuses.ts'
import type { RecordDocument } from '../documents.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import type { LogParts } from '../log-parts.ts'
import { matchingTypes } from './event-types.ts'
import { recordConditions } from './record-conditions.ts'
import { MAX_TYPES, planScan } from './scan-plan.ts'

/** How the records of a filter are found where their order does not matter. */
export interface Lookup {
  /** What is to be found; all must hold. Times are not among them. */
  readonly match: readonly Filter<RecordDocument>[]
  /** The index; undefined where MongoDB chooses among those of ids, or merges two. */
  readonly hint: string | undefined
  /** Whether few records are looked at: those of an id, a household, a user, but not those of a type. */
  readonly isSelective: boolean
}

/** Dead letters that are few enough to name the events of each. */
export const MAX_LETTERS = 10_000

/** Finds out how to look up a filter; undefined where more dead letters have its status than can be named. */
export async function lookupOf(filter: EventFilter, parts: LogParts): Promise<Lookup | undefined> {
  const { collections, letters, maxTimeMs } = parts
  const { since: _, until: __, status, ...others } = filter
  if (status !== undefined) {
    const ids = await recordIdsWithStatus(status, MAX_LETTERS, { letters, records: collections.records, maxTimeMs })
    if (ids === undefined) return undefined
    return { match: [{ _id: { $in: [...ids] } }, ...recordConditions(others)], hint: undefined, isSelective: true }
  }
  if (others.id !== undefined) return { match: idMatch(others), hint: '_id_', isSelective: true }
  const plan = await planScan(others, (types) => matchingTypes(collections.records, types, MAX_TYPES, maxTimeMs))
  const [part, another] = plan.parts
  if (part !== undefined && another === undefined) {
    const isSelective = part.hint !== 'by_time' && part.hint !== 'by_type'
    return { match: [...part.bounds, ...plan.residual], hint: part.hint, isSelective }
  }
  const either = plan.parts.map(({ bounds }) => ({ $and: [...bounds] }))
  return { match: [{ $or: either }, ...plan.residual], hint: undefined, isSelective: true }
}

/** The conditions of a filter that names ids. A conflict's record id begins with the id that it shares: one index finds both. */
export function idMatch(filter: EventFilter): Filter<RecordDocument>[] {
  const ids = filter.id ?? []
  const conflicts = ids.map((id) => ({ _id: { $gte: `${id}@`, $lt: `${id}A` }, eventId: { $eq: id } }))
  return [{ $or: [{ _id: { $in: [...ids] } }, ...conflicts] }, ...recordConditions(filter)]
}
