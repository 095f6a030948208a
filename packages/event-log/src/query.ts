import { parseTimestamp } from '@house-helper/events-core'
import type { Filter } from 'mongodb'
import { z } from 'zod'
import { type Place, readCursor } from './cursor.ts'
import type { RecordDocument } from './documents.ts'
import { LogError } from './errors.ts'

/** What {@link EventLog.list} takes; fields that are given must all match. */
export interface ListQuery {
  /** The household, or the user, that events are about. Its list has an index. */
  readonly subject?: string | undefined
  /** Events that name this household, also as a bystander of a user's event. Give `subject` or `type` too where the log is large. */
  readonly householdId?: string | undefined
  /** Events that name this user. Give `subject` or `type` too where the log is large. */
  readonly userId?: string | undefined
  /** The event type. Its list has an index. */
  readonly type?: string | undefined
  /** The earliest event time, inclusive: RFC 3339. */
  readonly since?: string | undefined
  /** The latest event time, exclusive: RFC 3339. */
  readonly until?: string | undefined
  /** Items of a page, 1 to 500. Default 50. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
}

// Texts only: an object such as { $ne: null } never reaches the database as an operator.
const text = z.string().min(1).max(1024).optional()
const time = z
  .string()
  .refine((value) => parseTimestamp(value) !== undefined, { error: 'must be an RFC 3339 time' })
  .optional()
const limit = z.number().int().min(1).max(500).default(50)

const listSchema = z.strictObject({
  subject: text,
  householdId: text,
  userId: text,
  type: text,
  since: time,
  until: time,
  limit,
  cursor: z.string().min(1).max(4096).optional(),
})

const quarantineSchema = z.strictObject({ topic: text, limit, cursor: z.string().min(1).max(4096).optional() })

/** What {@link EventLog.quarantine} takes. */
export interface QuarantineQuery {
  readonly topic?: string | undefined
  /** Items of a page, 1 to 500. Default 50. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
}

/** A query that was checked: the filters that identify it, the page's size and where it begins. */
export interface CheckedQuery<Filters> {
  readonly filters: Filters
  readonly limit: number
  readonly after: Place | undefined
}

/** The filters of a list, checked. */
export type ListFilters = Omit<z.output<typeof listSchema>, 'limit' | 'cursor'>

/** Checks a list's query; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkList(query: ListQuery): CheckedQuery<ListFilters> {
  return split(checkQuery(listSchema, query))
}

/** Checks a query of the quarantine; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkQuarantine(query: QuarantineQuery): CheckedQuery<{ topic?: string | undefined }> {
  return split(checkQuery(quarantineSchema, query))
}

/** Checks an id; throws `LOG_QUERY_INVALID`. */
export function checkId(id: string): string {
  return checkQuery(z.string().min(1).max(1024), id)
}

/** The MongoDB filter of a list. */
export function listFilter({ filters, after }: CheckedQuery<ListFilters>): Filter<RecordDocument> {
  const { since, until, ...texts } = filters
  const equal: Filter<RecordDocument> = {}
  for (const name of ['subject', 'householdId', 'userId', 'type'] as const) {
    const value = texts[name]
    if (value !== undefined) equal[name] = { $eq: value }
  }
  const range: { $gte?: Date; $lt?: Date; $lte?: Date } = {}
  if (since !== undefined) range.$gte = timeOf(since)
  if (until !== undefined) range.$lt = timeOf(until)
  // Beside the exact place below: this bound is what lets the index begin there.
  if (after !== undefined) range.$lte = new Date(after.timeMs)
  if (Object.keys(range).length > 0) equal.time = range
  return after === undefined ? equal : { $and: [equal, afterPlace('time', after)] }
}

/** The filter of what comes after a place, newest first. */
export function afterPlace(field: string, { timeMs, id }: Place): Record<string, unknown> {
  const at = new Date(timeMs)
  return { $or: [{ [field]: { $lt: at } }, { [field]: at, _id: { $lt: id } }] }
}

function timeOf(text: string): Date {
  // Checked before; finer digits are cut in records and here alike.
  return new Date(parseTimestamp(text) ?? Number.NaN)
}

function split<Query extends { limit: number; cursor?: string | undefined }>(
  query: Query,
): CheckedQuery<Omit<Query, 'limit' | 'cursor'>> {
  const { limit, cursor, ...filters } = query
  return { filters, limit, after: cursor === undefined ? undefined : readCursor(cursor, filters) }
}

/** Checks what a caller asks for; throws `LOG_QUERY_INVALID`. */
export function checkQuery<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  throw new LogError('LOG_QUERY_INVALID', `The query is not valid: ${issues.join('; ')}.`, { details: { issues } })
}
