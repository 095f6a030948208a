import { parseTimestamp } from '@house-helper/events-core'
import type { Filter } from 'mongodb'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import { readCursor, writeCursor } from '../queries/cursor.ts'
import { checkQuery } from '../queries/query.ts'
import { type DeadLetterDocument, deadLetterStates } from './document.ts'

/** How a dead letter stands: `open` (to be seen to), `redriven` (sent to its group again), `discarded` (given up for good). */
export type DeadLetterState = (typeof deadLetterStates)[number]

/** Which dead letters are meant; fields that are given must all match. */
export interface DeadLetterFilter {
  /** The group that gave up. */
  readonly group?: string | undefined
  readonly type?: string | undefined
  /** The household or user that the event is about. */
  readonly subject?: string | undefined
  /** The error's, as {@link DeadLetters.groups} gives it. */
  readonly fingerprint?: string | undefined
  /** When the group first gave up, inclusive: RFC 3339. */
  readonly since?: string | undefined
  /** When the group first gave up, exclusive: RFC 3339. */
  readonly until?: string | undefined
}

/** What {@link DeadLetters.list} takes. */
export interface DeadLetterQuery extends DeadLetterFilter {
  /** Default: all of them. */
  readonly state?: DeadLetterState | undefined
  /** Items of a page, 1 to 500. Default 50. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
}

/** A place in the order of dead letters: time, then offset, then id. */
export type Place = Pick<DeadLetterDocument, 'time' | 'offset' | '_id'>

// Texts only: an object such as { $ne: null } never reaches the database as an operator.
const text = z.string().min(1).max(1024).optional()
const time = z
  .string()
  .refine((value) => parseTimestamp(value) !== undefined, { error: 'must be an RFC 3339 time' })
  .optional()
const filterFields = { group: text, type: text, subject: text, fingerprint: text, since: time, until: time }
const cursor = z.string().min(1).max(4096).optional()

/** The schema of a filter. */
export const filterSchema = z.strictObject(filterFields)

const querySchema = z.strictObject({
  ...filterFields,
  state: z.enum(deadLetterStates).optional(),
  limit: z.number().int().min(1).max(500).default(50),
  cursor,
})

const groupsSchema = z.strictObject({
  group: text,
  state: z.enum(deadLetterStates).default('open'),
  limit: z.number().int().min(1).max(200).default(50),
})

/** What {@link DeadLetters.groups} takes. */
export interface DeadLetterGroupsQuery {
  readonly group?: string | undefined
  /** Default `open`. */
  readonly state?: DeadLetterState | undefined
  /** Answers, 1 to 200. Default 50. */
  readonly limit?: number | undefined
}

/** Checks a query of groups; throws `LOG_QUERY_INVALID`. */
export function checkDeadLetterGroupsQuery(query: DeadLetterGroupsQuery): z.output<typeof groupsSchema> {
  return checkQuery(groupsSchema, query)
}

/** A list's query that was checked. */
export interface CheckedQuery {
  readonly filters: DeadLetterFilter & { readonly state?: DeadLetterState | undefined }
  readonly limit: number
  readonly after: Place | undefined
}

/** Checks a list's query; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkDeadLetterQuery(query: DeadLetterQuery): CheckedQuery {
  const { limit, cursor, ...filters } = checkQuery(querySchema, query)
  return { filters, limit, after: cursor === undefined ? undefined : readPlace(cursor, filters) }
}

/** The MongoDB filter of dead letters in these states. */
export function mongoFilter(
  { group, type, subject, fingerprint, since, until }: DeadLetterFilter,
  states: readonly DeadLetterState[],
): Filter<DeadLetterDocument> {
  const equal = { group, 'event.type': type, subject, fingerprint }
  const filter: Filter<DeadLetterDocument> = { state: { $in: [...states] } }
  for (const [name, value] of Object.entries(equal)) if (value !== undefined) filter[name] = { $eq: value }
  const range: { $gte?: Date; $lt?: Date } = {}
  if (since !== undefined) range.$gte = timeOf(since)
  if (until !== undefined) range.$lt = timeOf(until)
  if (Object.keys(range).length > 0) filter.time = range
  return filter
}

/** The filter of what comes after a place in one direction: newest first, or oldest first. */
export function beyond(
  { time, offset, _id }: Place,
  direction: 'newest-first' | 'oldest-first',
): Filter<DeadLetterDocument> {
  const [before, notBeyond, here] =
    direction === 'newest-first' ? (['$lte', '$gt', '$gte'] as const) : (['$gte', '$lt', '$lte'] as const)
  return {
    time: { [before]: time },
    // What is not beyond, rather than what is: an $or of it would be looked up part by part, and sorted in memory.
    $nor: [
      { time, offset: { [notBeyond]: offset } },
      { time, offset, _id: { [here]: _id } },
    ],
  }
}

/** Writes a place as an opaque text that only goes on with the same filters. */
export function writePlace({ time, offset, _id }: Place, filters: object): string {
  return writeCursor({ timeMs: time.getTime(), id: `${offset}/${_id}` }, { ...filters })
}

/** Reads a place back; throws `LOG_CURSOR_INVALID`. */
export function readPlace(text: string, filters: object): Place {
  const { timeMs, id } = readCursor(text, { ...filters })
  const [, offset, _id] = /^(\d{1,16})\/(.+)$/.exec(id) ?? []
  if (offset === undefined || _id === undefined) {
    throw new LogError('LOG_CURSOR_INVALID', 'The cursor is not one of dead letters. Begin again without a cursor.')
  }
  return { time: new Date(timeMs), offset: Number(offset), _id }
}

function timeOf(text: string): Date {
  return new Date(parseTimestamp(text) ?? Number.NaN)
}
