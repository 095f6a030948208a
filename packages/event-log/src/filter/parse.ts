import { LogError } from '../errors.ts'
import {
  type EventFilter,
  type EventFilterInput,
  type FilterClock,
  type FilterField,
  filterFields,
} from './event-filter.ts'
import { formatFilter } from './format.ts'
import { likeliest } from './likeliest.ts'
import { readTerms, type Term } from './terms.ts'
import { checkValue } from './values.ts'

/** How long a filter's text may be. */
const MAX_TEXT_LENGTH = 4096
/** How many values a filter may have. */
const MAX_VALUES = 50

/** A value with its place: characters in a text, or none where the filter was given as data. */
interface Given {
  readonly field: FilterField
  readonly value: string
  readonly at: number | undefined
  readonly length: number
}

/**
 * Reads a filter: `type:task.* household:h_42 since:2h`. A field given again means either value, different fields must
 * all match; a value with spaces stands in quotation marks, in which `\"` and `\\` stand for themselves. Times are
 * half-open (`since` is in, `until` is out) and resolved against `now`, once.
 *
 * @throws LogError `LOG_FILTER_INVALID` with `details` `{ position, length, expected }`: the place in the text, counted from 0.
 */
export function parseFilter(text: string, { now }: FilterClock): EventFilter {
  if (typeof text !== 'string') throw invalid(undefined, 1, 'it is no text', 'field:value')
  if (text.length > MAX_TEXT_LENGTH) {
    throw invalid(MAX_TEXT_LENGTH, 1, `it has ${text.length} characters`, `at most ${MAX_TEXT_LENGTH}`)
  }
  const read = readTerms(text)
  if ('problem' in read) {
    const { at, length, what, expected } = read.problem
    throw invalid(at, length, what, expected)
  }
  return filterOf(read.terms.map(given), now)
}

/**
 * Reads a filter that is given as a text or as data; either way the result is the same plain, checked data.
 *
 * @throws LogError `LOG_FILTER_INVALID` with `details` `{ position, length, expected }` for a text, `{ field, expected }` for data.
 */
export function resolveFilter(input: string | EventFilterInput, { now }: FilterClock): EventFilter {
  if (typeof input === 'string') return parseFilter(input, { now })
  if (!isPlain(input)) {
    throw invalid(
      undefined,
      1,
      'it is neither a text nor an object',
      'a text such as type:task.*, or { type: "task.*" }',
    )
  }
  const all = Object.entries(input).flatMap(([name, values]) => {
    const field = fieldNamed(name, undefined)
    return values === undefined ? [] : [values].flat().map((value) => givenData(field, value))
  })
  return filterOf(all, now)
}

function isPlain(input: unknown): input is Record<string, unknown> {
  if (typeof input !== 'object' || input === null) return false
  const prototype: unknown = Object.getPrototypeOf(input)
  return prototype === Object.prototype || prototype === null
}

function given({ field, fieldAt, value, valueAt, end }: Term): Given {
  return { field: fieldNamed(field, fieldAt), value, at: valueAt, length: Math.max(1, end - valueAt) }
}

function givenData(field: FilterField, value: unknown): Given {
  // Texts only: an object such as { $ne: null } never reaches the database as an operator.
  if (typeof value === 'string') return { field, value, at: undefined, length: 0 }
  throw invalid(undefined, 0, `${field} has a value that is no text`, 'a text, or several', field)
}

function fieldNamed(name: string, at: number | undefined): FilterField {
  const field = filterFields.find((known) => known === name)
  if (field !== undefined) return field
  const guess = likeliest(name, filterFields)
  const expected = `${guess === undefined ? '' : `${guess}, or another of `}${filterFields.join(', ')}`
  throw invalid(at, name.length, `there is no field ${JSON.stringify(name)}`, expected, name)
}

function filterOf(all: readonly Given[], now: Date): EventFilter {
  const excess = all[MAX_VALUES]
  if (excess !== undefined) {
    throw invalid(excess.at, excess.length, `it has ${all.length} values`, `at most ${MAX_VALUES}`, excess.field)
  }
  const values = new Map<FilterField, Set<string>>()
  for (const one of all) {
    const value = resolved(one, now)
    const known = values.get(one.field)
    if (known === undefined) values.set(one.field, new Set([value]))
    else if (one.field !== 'since' && one.field !== 'until') known.add(value)
    else throw invalid(one.at, one.length, `${one.field} is given twice`, 'one time', one.field)
  }
  const filter: Record<string, string | readonly string[]> = {}
  for (const field of filterFields) {
    const sorted = [...(values.get(field) ?? [])].sort()
    const [first] = sorted
    if (first !== undefined) filter[field] = field === 'since' || field === 'until' ? first : sorted
  }
  checkSpan(filter, all)
  const { length } = formatFilter(filter)
  if (length > MAX_TEXT_LENGTH) throw invalid(undefined, 0, `it has ${length} characters`, `at most ${MAX_TEXT_LENGTH}`)
  // Every value was checked above, by its field.
  return filter as EventFilter
}

function resolved({ field, value, at, length }: Given, now: Date): string {
  const checked = checkValue(field, value, now)
  if ('value' in checked) return checked.value
  const { what, expected, at: within } = checked.problem
  const place = at === undefined ? undefined : at + within
  throw invalid(place, Math.max(1, length - within), `${field} ${what}`, expected, field)
}

function checkSpan({ since, until }: EventFilter, all: readonly Given[]): void {
  if (since === undefined || until === undefined || since < until) return
  const last = all.findLast(({ field }) => field === 'since' || field === 'until')
  throw invalid(
    last?.at,
    last?.length ?? 1,
    `nothing lies between ${since} and ${until}`,
    'since before until',
    'until',
  )
}

function invalid(
  position: number | undefined,
  length: number,
  what: string,
  expected: string,
  field?: string,
): LogError {
  // People count from one.
  const where = position === undefined ? '' : ` at character ${position + 1}`
  return new LogError('LOG_FILTER_INVALID', `The filter is wrong${where}: ${what}. Right would be: ${expected}.`, {
    details: {
      ...(position === undefined ? {} : { position, length }),
      ...(field === undefined ? {} : { field }),
      expected,
    },
  })
}
