import { formatTimestamp } from '@house-helper/events-core'
import { z } from 'zod'
import { type Coverage, coverageOf, readRecorded } from '../coverage.ts'
import { LogError } from '../errors.ts'
import type { EventFilter, EventFilterInput } from '../filter/event-filter.ts'
import { formatFilter } from '../filter/format.ts'
import { resolveFilter } from '../filter/parse.ts'
import type { LogParts } from '../log-parts.ts'
import { type Count, countEvents, countKeys } from './event-counts.ts'
import { checkQuery } from './query.ts'

/** What {@link EventLog.histogram} takes. */
export interface HistogramQuery {
  /** Which events. Without `since` the day before `until`; without `until` up to now. */
  readonly filter?: string | EventFilterInput | undefined
  /** Milliseconds of one bucket; it begins at their multiples. Default: the smallest usual length that makes at most 60. */
  readonly bucketMs?: number | undefined
  /** What a bucket's events are counted by. Default `type`. */
  readonly by?: (typeof countKeys)[number] | undefined
  /** How long counting may take, in milliseconds, 100 to 30,000; what is counted by then is given. Default 5,000. */
  readonly timeLimitMs?: number | undefined
}

/** The events of one span of time. */
export interface HistogramBucket {
  /** Its beginning: UTC with milliseconds. The first bucket's may lie before `since`, whose earlier events are not in it. */
  readonly from: string
  readonly total: number
  /** By what is counted by, the most frequent first. */
  readonly counts: readonly { readonly key: string; readonly count: number }[]
}

/** How many events happened when. */
export interface Histogram {
  /** The filter as it was understood: its canonical text, with both times. */
  readonly filter: string
  readonly bucketMs: number
  /** Every bucket that is counted, oldest first, empty ones too. */
  readonly buckets: readonly HistogramBucket[]
  /** Whether all of the span is counted. */
  readonly complete: boolean
  /** From when on it is: later than `since` where the time was over before. */
  readonly countedFrom: string
  readonly coverage: Coverage
}

const querySchema = z.strictObject({
  bucketMs: z
    .number()
    .int()
    .min(1)
    .max(3_660 * 86_400_000)
    .optional(),
  by: z.enum(countKeys).default('type'),
  timeLimitMs: z.number().int().min(100).max(30_000).default(5_000),
})

const DAY_MS = 86_400_000
const MAX_BUCKETS = 1_000
const USUAL_BUCKETS = 60
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const LONGEST_MS = 3_650 * DAY_MS
/** Lengths that people think in. */
const usualMs = [
  ...[1_000, 5_000, 15_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS],
  ...[HOUR_MS, 3 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS],
]

/** Counts events by time and by a field of theirs. */
export async function histogramOf(query: HistogramQuery, now: Date, parts: LogParts): Promise<Histogram> {
  const { filter: input = {}, ...rest } = query
  const { by, timeLimitMs, ...checked } = checkQuery(querySchema, rest)
  const { filter, fromMs, toMs } = spanOf(resolveFilter(input, { now }), now)
  const bucketMs = checked.bucketMs ?? usualMs.find((ms) => (toMs - fromMs) / ms <= USUAL_BUCKETS) ?? LONGEST_MS
  const first = Math.floor(fromMs / bucketMs)
  const buckets = Math.ceil(toMs / bucketMs) - first
  if (buckets > MAX_BUCKETS) throw tooManyBuckets(buckets)
  const recorded = await readRecorded(parts.collections, parts.maxTimeMs)
  const { counts, countedFromMs } = await countEvents({ filter, by, fromMs, toMs, bucketMs, timeLimitMs }, parts)
  const start = Math.max(first, Math.floor(countedFromMs / bucketMs))
  const starts = Array.from({ length: Math.max(0, first + buckets - start) }, (_, index) => (start + index) * bucketMs)
  return {
    filter: formatFilter(filter),
    bucketMs,
    buckets: bucketsOf(countedFromMs < toMs ? starts : [], counts),
    complete: countedFromMs <= fromMs,
    countedFrom: formatTimestamp(countedFromMs),
    coverage: coverageOf(recorded, parts.ends()),
  }
}

/** A filter with both its times. */
function spanOf(given: EventFilter, now: Date): { filter: EventFilter; fromMs: number; toMs: number } {
  const until = given.until ?? formatTimestamp(now.getTime())
  const since = given.since ?? formatTimestamp(Date.parse(until) - DAY_MS)
  const filter = resolveFilter({ ...given, since, until }, { now })
  return { filter, fromMs: Date.parse(since), toMs: Date.parse(until) }
}

function tooManyBuckets(buckets: number): LogError {
  const message = `The histogram would have ${buckets} buckets and may have ${MAX_BUCKETS}: give a longer bucketMs, or a shorter time.`
  return new LogError('LOG_QUERY_INVALID', message, { details: { buckets, maxBuckets: MAX_BUCKETS } })
}

function bucketsOf(starts: readonly number[], counts: readonly Count[]): HistogramBucket[] {
  const byStart = Map.groupBy(counts, ({ fromMs }) => fromMs)
  return starts.map((fromMs) => {
    const found = byStart.get(fromMs) ?? []
    return {
      from: formatTimestamp(fromMs),
      total: found.reduce((sum, { count }) => sum + count, 0),
      counts: found.map(({ key, count }) => ({ key, count })).sort(byCount),
    }
  })
}

/** The most frequent first, then by name. */
export function byCount(
  a: { readonly key: string; readonly count: number },
  b: { readonly key: string; readonly count: number },
): number {
  return b.count - a.count || (a.key < b.key ? -1 : 1)
}
