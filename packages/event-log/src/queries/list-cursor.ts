import { hash } from 'node:crypto'
import { z } from 'zod'
import { LogError } from '../errors.ts'

/** Where a page ended: the time and record id of its last item. */
export interface Place {
  readonly timeMs: number
  readonly id: string
}

/** What a cursor of a list of events holds: all that its next page needs besides the filter. */
export interface ListCursor {
  readonly place: Place
  /** The moment that the filter's relative times count from, on every page. */
  readonly now: Date
  /** The text or name of the vector at the first page. */
  readonly asOf: string
  /** What the canonical filter is recognised by. */
  readonly filterHash: string
}

const timeMs = z.number().int().min(-8.64e15).max(8.64e15)
const cursorSchema = z.strictObject({
  v: z.literal(2),
  q: z.string(),
  n: timeMs,
  t: timeMs,
  i: z.string().min(1).max(1024),
  a: z.string().min(1).max(4096),
})

/** Writes a cursor as an opaque text. */
export function writeListCursor({ place, now, asOf, filterHash }: ListCursor): string {
  const shape: z.infer<typeof cursorSchema> = {
    ...{ v: 2, q: filterHash, n: now.getTime(), t: place.timeMs, i: place.id, a: asOf },
  }
  return Buffer.from(JSON.stringify(shape)).toString('base64url')
}

/** Reads a cursor back; throws `LOG_CURSOR_INVALID`. */
export function readListCursor(text: string): ListCursor {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (cause) {
    throw invalidCursor('is not one that this log gave out', cause)
  }
  const result = cursorSchema.safeParse(json)
  if (result.success) {
    const { q, n, t, i, a } = result.data
    return { place: { timeMs: t, id: i }, now: new Date(n), asOf: a, filterHash: q }
  }
  const isEarlier = typeof json === 'object' && json !== null && 'v' in json && json.v === 1
  throw invalidCursor(isEarlier ? 'was given out by an earlier version' : 'is not one that this log gave out')
}

/** What a filter's canonical text is recognised by in a cursor. */
export function filterHashOf(canonical: string): string {
  return hash('sha256', canonical, 'base64url').slice(0, 12)
}

/** An error about a cursor that cannot be used. */
export function invalidCursor(what: string, cause?: unknown): LogError {
  return new LogError('LOG_CURSOR_INVALID', `The cursor ${what}. Begin again at the first page, without a cursor.`, {
    cause,
  })
}
