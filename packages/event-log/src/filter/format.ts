import { type EventFilter, filterFields } from './event-filter.ts'

/**
 * Writes a filter as its canonical text: fields in one order, values sorted, times resolved. {@link parseFilter} reads it
 * back to an equal filter, whatever the time is then. The filter of everything is the empty text.
 */
export function formatFilter(filter: EventFilter): string {
  return filterFields
    .flatMap((field) => [filter[field] ?? []].flat().map((value) => `${field}:${quoted(value)}`))
    .join(' ')
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
}
