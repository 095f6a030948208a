import type { Sample } from './seeded-log.ts'

/** A kind of question, and its address for an event that is in the log. */
export interface Question {
  readonly name: string
  path(sample: Sample, index: number): string
}

const list = (q: string) => `/api/v1/events?limit=50&q=${encodeURIComponent(q)}`

/** The questions whose time is measured, over HTTP. */
export const questions: readonly Question[] = [
  {
    name: 'timeline',
    path: ({ householdId }) => `/api/v1/timelines/household/${encodeURIComponent(householdId)}?limit=50`,
  },
  {
    name: 'list',
    // By one index; by an index and what is left to be looked at; by a beginning; by two indexes that are merged.
    path: ({ type, householdId, userId }, index) => {
      const filters = [
        `type:${type}`,
        `household:${householdId} type:${type.split('.')[0]}.*`,
        `type:${type.split('.')[0]}.* since:2026-01-02`,
        `subject:${userId ?? householdId}`,
      ]
      return list(filters[index % filters.length] ?? '')
    },
  },
  {
    name: 'trace',
    path: ({ id, correlationId }, index) =>
      index % 2 === 0
        ? `/api/v1/events/${encodeURIComponent(id)}/causation`
        : `/api/v1/correlations/${encodeURIComponent(correlationId)}`,
  },
]
