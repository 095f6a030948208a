import { formatTimestamp } from '@house-helper/events-core'
import { z } from 'zod'
import { type Coverage, coverageOf, readRecorded } from '../coverage.ts'
import type { EventFilter, EventFilterInput } from '../filter/event-filter.ts'
import { formatFilter } from '../filter/format.ts'
import { resolveFilter } from '../filter/parse.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import { countEvents, countKeys } from './event-counts.ts'
import { byCount } from './histogram.ts'
import { checkQuery } from './query.ts'

/** What {@link EventLog.stats} takes. */
export interface StatsQuery {
  /** Which events. Default: all of them. */
  readonly filter?: string | EventFilterInput | undefined
  /** Default `type`. */
  readonly by?: (typeof countKeys)[number] | undefined
  /** How long counting may take, in milliseconds, 100 to 30,000; what is counted by then is given. Default 5,000. */
  readonly timeLimitMs?: number | undefined
}

/** How many events there are of what. */
export interface EventStats {
  /** The filter as it was understood: its canonical text, times resolved. */
  readonly filter: string
  readonly total: number
  /** The most frequent first. */
  readonly counts: readonly { readonly key: string; readonly count: number }[]
  /** Whether all events of the filter are counted. */
  readonly complete: boolean
  /** From when on they are, where not all: UTC with milliseconds. */
  readonly countedFrom: string | undefined
  readonly coverage: Coverage
}

const querySchema = z.strictObject({
  by: z.enum(countKeys).default('type'),
  timeLimitMs: z.number().int().min(100).max(30_000).default(5_000),
})

/** Counts events by a field of theirs. */
export async function statsOf(query: StatsQuery, now: Date, parts: LogParts): Promise<EventStats> {
  const { filter: input = {}, ...rest } = query
  const { by, timeLimitMs } = checkQuery(querySchema, rest)
  const filter = resolveFilter(input, { now })
  const recorded = await readRecorded(parts.collections, parts.maxTimeMs)
  const { fromMs, toMs } = await spanOf(filter, parts)
  const counting = { filter, by, timeLimitMs, fromMs, toMs, bucketMs: undefined }
  const { counts, countedFromMs } = await countEvents(counting, parts)
  const sums = new Map<string, number>()
  for (const { key, count } of counts) sums.set(key, (sums.get(key) ?? 0) + count)
  const complete = countedFromMs <= fromMs
  return {
    filter: formatFilter(filter),
    total: counts.reduce((sum, { count }) => sum + count, 0),
    counts: [...sums].map(([key, count]) => ({ key, count })).sort(byCount),
    complete,
    countedFrom: complete ? undefined : formatTimestamp(countedFromMs),
    coverage: coverageOf(recorded, parts.ends()),
  }
}

/** Where the log's events begin and end in time, within a filter's times. */
async function spanOf({ since, until }: EventFilter, { collections, maxTimeMs }: LogParts) {
  const edge = async (direction: 1 | -1): Promise<number> => {
    const found = collections.records
      .find({}, { maxTimeMS: maxTimeMs, projection: { _id: 0, time: 1 }, hint: 'by_time' })
      .sort({ time: direction, _id: direction })
      .limit(1)
    const [record] = await readDocuments(found)
    return record?.time instanceof Date ? record.time.getTime() : 0
  }
  const [oldest, newest] = await Promise.all([edge(1), edge(-1)])
  const fromMs = Math.max(oldest, since === undefined ? oldest : Date.parse(since))
  const toMs = Math.min(newest + 1, until === undefined ? newest + 1 : Date.parse(until))
  return { fromMs, toMs: Math.max(fromMs, toMs) }
}
