import { z } from 'zod'
import { LogError } from '../errors.ts'
import { type Place, readCursor } from './cursor.ts'

// Texts only: an object such as { $ne: null } never reaches the database as an operator.
const text = z.string().min(1).max(1024).optional()
const limit = z.number().int().min(1).max(500).default(50)

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

/** Checks a query of the quarantine; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkQuarantine(query: QuarantineQuery): CheckedQuery<{ topic?: string | undefined }> {
  return split(checkQuery(quarantineSchema, query))
}

/** Checks an id; throws `LOG_QUERY_INVALID`. */
export function checkId(id: string): string {
  return checkQuery(z.string().min(1).max(1024), id)
}

/** The filter of what comes after a place, newest first. */
export function afterPlace(field: string, { timeMs, id }: Place): Record<string, unknown> {
  const at = new Date(timeMs)
  return { $or: [{ [field]: { $lt: at } }, { [field]: at, _id: { $lt: id } }] }
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
