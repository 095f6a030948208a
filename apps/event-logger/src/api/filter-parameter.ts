import { type EventFilter, type FilterField, LogError, parseFilter } from '@house-helper/event-log'

/** Reads the parameter `q` as it is now; throws `LOG_FILTER_INVALID` with the place in its text. */
export function checkFilter(q: string): EventFilter {
  return parseFilter(q, { now: new Date() })
}

/** Reads the parameter `q` of an address that names the value of a field already: `q` must not. */
export function checkFilterWithout(q: string, field: FilterField): EventFilter {
  const filter = checkFilter(q)
  if (filter[field] === undefined) return filter
  const position = q.search(new RegExp(`(?<!\\S)${field}:`))
  const expected = `a filter without ${field}:`
  const message = `The filter is wrong at character ${position + 1}: the address names the ${field} already. Right would be: ${expected}.`
  throw new LogError('LOG_FILTER_INVALID', message, { details: { position, length: field.length, field, expected } })
}
