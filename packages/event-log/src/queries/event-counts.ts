import type { Document } from 'mongodb'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import type { LogParts } from '../log-parts.ts'
import { isTimeExpired, queryError } from '../pages.ts'
import { matchingTypes } from './event-types.ts'
import { type Lookup, lookupOf, MAX_LETTERS } from './lookup.ts'

/** What events can be counted by. */
export const countKeys = ['type', 'topic', 'source', 'contract'] as const

/** What is counted: events of a filter in a span of time, by a field of theirs and by time. */
export interface Counting {
  readonly filter: EventFilter
  readonly by: (typeof countKeys)[number]
  /** The span, half-open, in milliseconds since 1970. */
  readonly fromMs: number
  readonly toMs: number
  /** Counts of one such part of the span are one number; parts begin at its multiples. Undefined: the span is one. */
  readonly bucketMs: number | undefined
  /** How long counting may take in all. */
  readonly timeLimitMs: number
}

/** One number. */
export interface Count {
  readonly key: string
  readonly fromMs: number
  readonly count: number
}

/** What was counted. */
export interface Counted {
  readonly counts: readonly Count[]
  /** Everything from here on is counted; later than the span's beginning where the time was over before. */
  readonly countedFromMs: number
}

/** Types that are counted from the index alone, without a look at the events. */
const MAX_COUNTED_TYPES = 500
/** Different numbers, in all. */
const MAX_COUNTS = 100_000
/** The first part of a long span: most of it may be empty, and most events new. */
const FIRST_WIDTH_MS = 86_400_000
/** A part of the span that took this long is large enough. */
const LONG_MS = 250

const countSchema = z.object({ _id: z.object({ k: z.string(), t: z.number() }), n: z.number() })

/**
 * Counts from the newest events to the oldest, part by part, until the time is over: what it says of a part is the whole
 * of it, and how far it got is said with it.
 */
export async function countEvents(counting: Counting, parts: LogParts): Promise<Counted> {
  const { fromMs, toMs, bucketMs: stepMs = 1, timeLimitMs } = counting
  const endMs = performance.now() + timeLimitMs
  const bounds = await countBounds(counting, parts)
  const counts: Count[] = []
  let countedFromMs = toMs
  let widthMs = Math.max(stepMs, Math.min((toMs - fromMs) / 16, FIRST_WIDTH_MS))
  while (countedFromMs > fromMs) {
    const partMs = Math.max(fromMs, floorTo(countedFromMs - widthMs, stepMs))
    const leftMs = Math.floor(endMs - performance.now())
    const startedMs = performance.now()
    const found = leftMs < 1 ? undefined : await countPart(bounds, counting, partMs, countedFromMs, leftMs, parts)
    if (found === undefined) break
    counts.push(...found)
    if (counts.length > MAX_COUNTS) throw tooMany()
    countedFromMs = partMs
    widthMs = performance.now() - startedMs < LONG_MS ? widthMs * 2 : Math.max(stepMs, widthMs / 2)
  }
  return { counts, countedFromMs }
}

type CountBounds = Pick<Lookup, 'match' | 'hint'>

async function countBounds({ filter, by }: Counting, parts: LogParts): Promise<CountBounds> {
  const { since: _, until: __, ...others } = filter
  if (by === 'type' && Object.keys(others).every((field) => field === 'type')) {
    const types = await matchingTypes(parts.collections.records, others.type, MAX_COUNTED_TYPES, parts.maxTimeMs)
    if (types !== undefined) return { match: [{ type: { $in: [...types] } }], hint: 'by_type' }
  }
  const lookup = await lookupOf(filter, parts)
  if (lookup !== undefined) return lookup
  const message = `More than ${MAX_LETTERS} dead letters have the status: events can only be counted with fewer. Count dead letters instead.`
  throw new LogError('LOG_QUERY_INVALID', message)
}

/** Counts one part of the span; undefined where the time is over before it is done. */
async function countPart(
  { match, hint }: CountBounds,
  { by, bucketMs }: Counting,
  fromMs: number,
  toMs: number,
  timeMs: number,
  { collections, maxTimeMs }: LogParts,
): Promise<readonly Count[] | undefined> {
  const span = { time: { $gte: new Date(fromMs), $lt: new Date(toMs) } }
  const bucket =
    bucketMs === undefined
      ? { $literal: 0 }
      : { $multiply: [{ $floor: { $divide: [{ $toLong: '$time' }, bucketMs] } }, bucketMs] }
  const pipeline: Document[] = [
    { $match: { $and: [span, ...match] } },
    // Only what is counted by, so that an index that has both answers alone.
    { $project: { _id: 0, time: 1, [by]: 1 } },
    { $group: { _id: { k: `$${by}`, t: bucket }, n: { $sum: 1 } } },
    { $limit: MAX_COUNTS + 1 },
  ]
  const limitMs = Math.min(timeMs, maxTimeMs)
  try {
    const found = await collections.records
      .aggregate(pipeline, { maxTimeMS: limitMs, ...(hint === undefined ? {} : { hint }) })
      .toArray()
    return found.map((document) => {
      const { _id, n } = countSchema.parse(document)
      return { key: _id.k, fromMs: _id.t, count: n }
    })
  } catch (error) {
    if (isTimeExpired(error)) return undefined
    throw queryError(error)
  }
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs
}

function tooMany(): LogError {
  return new LogError('LOG_QUERY_INVALID', `There are more than ${MAX_COUNTS} numbers. Narrow the filter or the time.`)
}
