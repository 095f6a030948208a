import type { ContractSchema } from './contract-schema.ts'
import { ContractsError } from './errors.ts'
import { checksOf, type Def, type Place } from './zod-def.ts'

/** JSON Schema's names for zod's formats; `guid` has none. */
const formats: Readonly<Record<string, string>> = {
  email: 'email',
  uuid: 'uuid',
  datetime: 'date-time',
  date: 'date',
  time: 'time',
  duration: 'duration',
}

/** The keywords of a string's checks: its lengths, the strictest of several, and each pattern once. */
export function stringKeywords(def: Def, place: Place): ContractSchema {
  const checks = checksOf(def)
  const minima = checks.flatMap((check) => numbers(check.check === 'min_length' && check.minimum, lengthOf(check)))
  const maxima = checks.flatMap((check) => numbers(check.check === 'max_length' && check.maximum, lengthOf(check)))
  const format = checks.map((check) => formats[String(check.format)]).find((name) => name !== undefined)
  const patterns = checks.filter((check) => check.check === 'string_format').map((check) => patternOf(check, place))
  const [first, ...more] = new Set(patterns)
  return {
    ...(format !== undefined && { format }),
    ...(first !== undefined && { pattern: first }),
    ...(minima.length > 0 && { minLength: Math.max(...minima) }),
    ...(maxima.length > 0 && { maxLength: Math.min(...maxima) }),
    ...(more.length > 0 && { allOf: more.map((pattern) => ({ pattern })) }),
  }
}

function lengthOf(check: Def): unknown {
  return check.check === 'length_equals' && check.length
}

function numbers(...values: readonly unknown[]): number[] {
  return values.filter((value) => typeof value === 'number')
}

function patternOf(check: Def, place: Place): string {
  switch (check.format) {
    // zod's own patterns for these use a dot, which stops at a line break where its check does not.
    case 'starts_with':
      return `^${escaped(String(check.prefix))}`
    case 'ends_with':
      return `${escaped(String(check.suffix))}$`
    case 'includes':
      return includes(String(check.includes), check.position as number | undefined)
    default:
      return sourceOf(check.pattern as RegExp, place)
  }
}

function includes(text: string, position = 0): string {
  return position > 0 ? `^[\\s\\S]{${position},}${escaped(text)}` : escaped(text)
}

function sourceOf({ source, flags }: RegExp, { contract, path }: Place): string {
  if (flags === '') return source
  const where = `The contract ${contract} cannot be written as JSON Schema: at ${path.join('.')}`
  const message = `${where}, a pattern has no flags there; write /${source}/${flags} without "${flags}".`
  throw new ContractsError('SCHEMA_INEXPRESSIBLE', message, { details: { contract } })
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
