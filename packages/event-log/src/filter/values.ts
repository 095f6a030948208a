import { contractVerdicts, type FilterField, filterStatuses } from './event-filter.ts'
import { resolveTime, TIME_FORMS } from './times.ts'

/** What is wrong with a value of a filter, and what would be right. */
export interface ValueProblem {
  readonly what: string
  readonly expected: string
  /** Where in the value, in characters from its start. */
  readonly at: number
}

/** A value as a filter holds it, or what is wrong with it. */
export type CheckedValue = { readonly value: string } | { readonly problem: ValueProblem }

/** How long a value may be. */
const MAX_VALUE_LENGTH = 1024

/** Checks a value of a field and resolves it. */
export function checkValue(field: FilterField, text: string, now: Date): CheckedValue {
  if (text === '') return wrong('has no value', `a value after ${field}:`)
  if (text.length > MAX_VALUE_LENGTH) {
    return wrong(`has a value of ${text.length} characters`, `at most ${MAX_VALUE_LENGTH}`, MAX_VALUE_LENGTH)
  }
  switch (field) {
    case 'type':
      return checkPattern(text)
    case 'contract':
      return oneOf(contractVerdicts, text)
    case 'status':
      return oneOf(filterStatuses, text)
    case 'since':
    case 'until': {
      const value = resolveTime(text, now)
      return value === undefined ? wrong(`is no time: ${JSON.stringify(text)}`, TIME_FORMS) : { value }
    }
    default:
      return { value: text }
  }
}

function checkPattern(text: string): CheckedValue {
  const star = text.indexOf('*')
  if (star === -1) return { value: text }
  if (star < text.length - 1) return wrong('has a * before its end', 'a * at the end only, as in task.*', star)
  if (star === 0) return wrong('is a * alone', 'what types begin with, as in task.*, or no type: at all', star)
  return { value: text }
}

function oneOf(values: readonly string[], text: string): CheckedValue {
  if (values.includes(text)) return { value: text }
  return wrong(`cannot be ${JSON.stringify(text)}`, values.join(', '))
}

function wrong(what: string, expected: string, at = 0): CheckedValue {
  return { problem: { what, expected, at } }
}
