import { recordsWithStatus, type StatusParts } from '../dead-letters/event-statuses.ts'
import type { EventRecord } from '../event-record.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import type { LogParts } from '../log-parts.ts'
import { type PositionVector, vectorIndex } from '../vectors/position-vector.ts'
import type { Place } from './list-cursor.ts'

/** What one page is to hold. */
export interface Scan {
  readonly filter: EventFilter
  /** The place that the page begins after; undefined on the first one. */
  readonly after: Place | undefined
  /** What was recorded when the first page was read: nothing recorded later is on any page. */
  readonly asOf: PositionVector
  readonly limit: number
}

/** A page, and the place to go on after; undefined at the end. */
export interface Scanned {
  readonly records: readonly EventRecord[]
  readonly end: Place | undefined
}

/** What the values of one page may have together, but for a single record that has more. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024

/** Takes what is found, in its order, as far as it belongs to the page. */
export interface Collector {
  add(found: readonly EventRecord[]): Promise<void>
  /** Whether the page has all that it can have, and another one follows. */
  isFull(): boolean
  records(): readonly EventRecord[]
  /** The page where it is full. */
  result(): Scanned | undefined
}

/** Makes a collector of a page: of what was recorded by then, in the states that the filter names. */
export function collectPage({ filter, asOf, limit }: Scan, parts: LogParts): Collector {
  const index = vectorIndex(asOf)
  const records: EventRecord[] = []
  let bytes = 0
  let isFull = false
  return {
    records: () => records,
    isFull: () => isFull,
    async add(found: readonly EventRecord[]): Promise<void> {
      const covered = found.filter((record) => index.covers(record))
      const { status } = filter
      const matching = status === undefined ? covered : await recordsWithStatus(covered, status, statusParts(parts))
      for (const record of matching) {
        // One more than asked for says that another page follows.
        isFull ||= records.length === limit || (bytes > 0 && bytes + record.value.length > MAX_PAGE_BYTES)
        if (isFull) return
        records.push(record)
        bytes += record.value.length
      }
    },
    result: (): Scanned | undefined => {
      const last = records.at(-1)
      return isFull && last !== undefined ? { records, end: placeOf(last) } : undefined
    },
  }
}

/** What the states of dead letters are looked up in. */
export function statusParts({ letters, collections, maxTimeMs }: LogParts): StatusParts {
  return { letters, records: collections.records, maxTimeMs }
}

/** The place of a record. */
export function placeOf({ time, recordId }: EventRecord): Place {
  return { timeMs: time.getTime(), id: recordId }
}
