import { z } from 'zod'
import type { EventFilterInput } from '../filter/event-filter.ts'
import { checkQuery } from './query.ts'

/** What {@link EventLog.list} takes. */
export interface ListQuery {
  /** Which events: a text such as `type:task.* household:h_42 since:2h`, or the same as data. Default: all of them. */
  readonly filter?: string | EventFilterInput | undefined
  /** Items of a page, 1 to 500. Default 50. */
  readonly limit?: number | undefined
  /** `next` of the page before, with the same filter. */
  readonly cursor?: string | undefined
}

const listSchema = z.strictObject({
  limit: z.number().int().min(1).max(500).default(50),
  cursor: z.string().min(1).max(8192).optional(),
})

/** What {@link EventLog.timeline} takes: a household or a user, and what {@link EventLog.list} takes. */
export type TimelineQuery = Pick<ListQuery, 'filter' | 'limit' | 'cursor'> &
  (
    | { readonly household: string; readonly user?: undefined }
    | { readonly user: string; readonly household?: undefined }
  )

/** A list's query, checked but for its filter. */
export interface CheckedList {
  readonly filter: string | EventFilterInput
  /** What the filter has to have besides. */
  readonly timeline?: { readonly field: 'household' | 'user'; readonly value: string }
  readonly limit: number
  readonly cursor: string | undefined
}

/** Checks a list's query but for its filter; throws `LOG_QUERY_INVALID`. */
export function checkList(query: ListQuery): CheckedList {
  const { filter = {}, ...rest } = query
  const { limit, cursor } = checkQuery(listSchema, rest)
  return { filter, limit, cursor }
}

const timelineSchema = z.union([
  z.strictObject({ household: z.string().min(1).max(1024), user: z.undefined().optional() }),
  z.strictObject({ user: z.string().min(1).max(1024), household: z.undefined().optional() }),
])

/** Checks a timeline's query but for its filter; throws `LOG_QUERY_INVALID`. */
export function checkTimeline({ filter = {}, limit, cursor, ...rest }: TimelineQuery): CheckedList {
  const whose = checkQuery(timelineSchema, rest)
  const timeline =
    whose.household === undefined
      ? { field: 'user' as const, value: whose.user ?? '' }
      : { field: 'household' as const, value: whose.household }
  return { ...checkList({ filter, limit, cursor }), timeline }
}
