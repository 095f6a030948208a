import { hash } from 'node:crypto'
import { z } from 'zod'
import { LogError } from '../errors.ts'

/** Where a page ended: the time and `_id` of its last item. */
export interface Place {
  readonly timeMs: number
  readonly id: string
}

// `v` numbers the shape: a later one may add `asOf`, the position vector that pins the pages, and these stay readable.
const cursorSchema = z.strictObject({
  v: z.literal(1),
  q: z.string(),
  t: z.number().int().min(-8.64e15).max(8.64e15),
  i: z.string().min(1).max(1024),
})

/** Writes a place as an opaque text that only goes on with the same query. */
export function writeCursor(place: Place, query: Readonly<Record<string, unknown>>): string {
  const shape: z.infer<typeof cursorSchema> = { v: 1, q: fingerprint(query), t: place.timeMs, i: place.id }
  return Buffer.from(JSON.stringify(shape)).toString('base64url')
}

/**
 * Reads a cursor back.
 *
 * @throws LogError `LOG_CURSOR_INVALID` when it is not a cursor of this log, or was given by another query.
 */
export function readCursor(text: string, query: Readonly<Record<string, unknown>>): Place {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (cause) {
    throw invalid('is not one that this log gave out', cause)
  }
  const result = cursorSchema.safeParse(json)
  if (!result.success) throw invalid('is not one that this log gave out')
  if (result.data.q !== fingerprint(query)) throw invalid('belongs to a list with other filters')
  return { timeMs: result.data.t, id: result.data.i }
}

function fingerprint(query: Readonly<Record<string, unknown>>): string {
  const filters = Object.entries(query).filter(([, value]) => value !== undefined)
  filters.sort(([a], [b]) => (a < b ? -1 : 1))
  return hash('sha256', JSON.stringify(filters), 'base64url').slice(0, 12)
}

function invalid(what: string, cause?: unknown): LogError {
  return new LogError('LOG_CURSOR_INVALID', `The cursor ${what}. Begin again at the first page, without a cursor.`, {
    cause,
  })
}
