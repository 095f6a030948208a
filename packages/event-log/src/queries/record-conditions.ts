import type { Filter } from 'mongodb'
import type { RecordDocument } from '../documents.ts'
import type { EventFilter, ListedField } from '../filter/event-filter.ts'

/** What a filter's fields are called in a record, but for those that are more than an equality. */
const names = {
  household: 'householdId',
  user: 'userId',
  subject: 'subject',
  source: 'source',
  correlation: 'correlationId',
  causation: 'causationId',
  contract: 'contract',
  topic: 'topic',
} as const satisfies { [Field in ListedField]?: keyof RecordDocument }

/** A field of a filter that is an equality of one field of the record. */
export type EqualityField = keyof typeof names

/**
 * The conditions of a filter on a record, one for each of its fields; all must hold. `status` is none: it is not in the
 * record. Every value stands behind an operator of ours, as a text, never as a key.
 */
export function recordConditions(filter: EventFilter): Filter<RecordDocument>[] {
  const { type, id, since, until } = filter
  const equalities = (Object.keys(names) as EqualityField[]).flatMap((field) => {
    const values = filter[field]
    return values === undefined ? [] : [equality(field, values)]
  })
  return [
    ...(type === undefined ? [] : [typeCondition(type)]),
    ...(id === undefined ? [] : [{ $or: [{ _id: { $in: [...id] } }, { eventId: { $in: [...id] } }] }]),
    ...equalities,
    ...(since === undefined ? [] : [{ time: { $gte: new Date(since) } }]),
    ...(until === undefined ? [] : [{ time: { $lt: new Date(until) } }]),
  ]
}

/** The condition that a field has one of these values. */
export function equality(field: EqualityField, values: readonly string[]): Filter<RecordDocument> {
  const [first, ...others] = values
  return { [names[field]]: others.length === 0 ? { $eq: first } : { $in: [...values] } }
}

/** The condition that a type is one of these, or begins as one of these that end with `*`. */
export function typeCondition(patterns: readonly string[]): Filter<RecordDocument> {
  const exact = patterns.filter((pattern) => !isPrefix(pattern))
  const ranges = patterns.filter(isPrefix).map((pattern) => ({ type: prefixRange(pattern.slice(0, -1)) }))
  const parts = [...(exact.length === 0 ? [] : [{ type: { $in: exact } }]), ...ranges]
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : { $or: parts }
}

/** Whether a type of a filter means every type that begins so. */
export function isPrefix(pattern: string): boolean {
  return pattern.endsWith('*')
}

/** The range of all texts with a beginning: MongoDB compares texts by their UTF-8 bytes, which is by code point. */
export function prefixRange(prefix: string): { $gte: string; $lt?: string } {
  const points = [...prefix].map((character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // Surrogates are no characters: the one after the last before them is the first after them.
    const after = last === 0xd7ff ? 0xe000 : last + 1
    return { $gte: prefix, $lt: String.fromCodePoint(...points, after) }
  }
  return { $gte: prefix }
}
