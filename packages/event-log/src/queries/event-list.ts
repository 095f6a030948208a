import { isHouseHelperError } from '@house-helper/events-core'
import { type Coverage, coverageOf, readRecorded } from '../coverage.ts'
import { LogError } from '../errors.ts'
import type { EventRecord } from '../event-record.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import { formatFilter } from '../filter/format.ts'
import { resolveFilter } from '../filter/parse.ts'
import type { LogParts } from '../log-parts.ts'
import type { Page } from '../pages.ts'
import type { PositionVector } from '../vectors/position-vector.ts'
import type { VectorStore } from '../vectors/vector-store.ts'
import { planPage, scanEvents } from './event-scan.ts'
import { filterHashOf, invalidCursor, readListCursor, writeListCursor } from './list-cursor.ts'
import type { CheckedList } from './list-query.ts'

/** A page of events. It may have fewer items than asked for, even none, and yet a `next`. */
export interface EventPage extends Page<EventRecord> {
  /** The filter as it was understood: its canonical text, times resolved. */
  readonly filter: string
  /** What all pages of this list are pinned to: how far the log was recorded at the first one. */
  readonly asOf: PositionVector
  /** How far the log is recorded now. */
  readonly coverage: Coverage
}

/** Reads a page of events, newest first. */
export async function listEvents(query: CheckedList, parts: LogParts, vectors: VectorStore): Promise<EventPage> {
  const cursor = query.cursor === undefined ? undefined : readListCursor(query.cursor)
  const now = cursor?.now ?? new Date()
  const filter = filterOf(query, now)
  const canonical = formatFilter(filter)
  const filterHash = filterHashOf(canonical)
  if (cursor !== undefined && cursor.filterHash !== filterHash)
    throw invalidCursor('belongs to a list with another filter')
  // Before the first page is read: what is recorded meanwhile is on none.
  const recording = readRecorded(parts.collections, parts.maxTimeMs)
  // Its failure is thrown where it is awaited.
  recording.catch(() => {})
  const pinning = cursor === undefined ? recording : readPinned(cursor.asOf, vectors)
  const range = { filter, after: cursor?.place }
  const [asOf, planned] = await Promise.all([pinning, planPage(range, pinning, parts)])
  const { records, end } = await scanEvents({ ...range, asOf, limit: query.limit }, planned, parts)
  const next = async (place: NonNullable<typeof end>) =>
    writeListCursor({ place, now, filterHash, asOf: cursor?.asOf ?? (await vectors.write(asOf)) })
  return {
    items: records,
    next: end === undefined ? undefined : await next(end),
    filter: canonical,
    asOf,
    coverage: coverageOf(await recording, parts.ends()),
  }
}

function filterOf({ filter, timeline }: CheckedList, now: Date): EventFilter {
  const resolved = resolveFilter(filter, { now })
  if (timeline === undefined) return resolved
  const { field, value } = timeline
  if (resolved[field] === undefined) return resolveFilter({ ...resolved, [field]: value }, { now })
  const message = `The filter of a timeline must not name a ${field}: the timeline is of one. Leave ${field}: out.`
  throw new LogError('LOG_QUERY_INVALID', message, { details: { field } })
}

async function readPinned(text: string, vectors: VectorStore): Promise<PositionVector> {
  try {
    return await vectors.read(text)
  } catch (error) {
    if (isHouseHelperError(error, 'LOG_VECTOR_INVALID')) throw invalidCursor('is of a list that has expired', error)
    throw error
  }
}
