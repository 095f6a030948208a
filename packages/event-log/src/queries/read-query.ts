import { z } from 'zod'
import type { EventFilterInput } from '../filter/event-filter.ts'
import { resolveFilter } from '../filter/parse.ts'
import { type PositionVector, sortedVector } from '../vectors/position-vector.ts'
import { checkQuery } from './query.ts'
import type { OrderedReading } from './reading.ts'

/** What {@link EventLog.read} takes. */
export interface ReadQuery {
  /** Which records. Default: all of them. */
  readonly filter?: string | EventFilterInput | undefined
  /** Where to begin: `position` of an earlier batch. Default: at the beginning of the log. */
  readonly from?: PositionVector | undefined
  /** Where to end. Default, and farthest: what is recorded when reading begins. */
  readonly to?: PositionVector | undefined
  /** Records of a batch, 1 to 5,000; a batch of large ones is smaller. Default 500. */
  readonly batchSize?: number | undefined
  /** Ends the reading, with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const count = z.number().int().nonnegative()
/** The schema of a position vector that a caller hands in. */
export const vectorSchema = z.array(
  z.strictObject({ topic: z.string().min(1).max(1024), partition: count, generation: count.min(1), offset: count }),
)
const readSchema = z.strictObject({
  from: vectorSchema.optional(),
  to: vectorSchema.optional(),
  batchSize: z.number().int().min(1).max(5_000).default(500),
})

/** Checks a reading; throws `LOG_FILTER_INVALID` or `LOG_QUERY_INVALID`. */
export function checkRead({ filter = {}, signal, ...rest }: ReadQuery, now: Date): OrderedReading {
  const { from, to, batchSize } = checkQuery(readSchema, rest)
  return {
    filter: resolveFilter(filter, { now }),
    from: sortedVector(from ?? []),
    to: to === undefined ? undefined : sortedVector(to),
    batchSize,
    signal,
  }
}
