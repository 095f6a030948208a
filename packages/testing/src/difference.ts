import { inspect, isDeepStrictEqual } from 'node:util'

/** Where a value differs from what it is expected to have. Objects may have more than is expected; texts may fit a RegExp. */
export function differences(expected: unknown, actual: unknown, path = ''): readonly string[] {
  if (expected instanceof RegExp && typeof actual === 'string' && expected.test(actual)) return []
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([name, value]) =>
      differences(value, actual[name], path === '' ? name : `${path}.${name}`),
    )
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((value, index) => differences(value, actual[index], `${path}[${index}]`))
  }
  if (isDeepStrictEqual(expected, actual)) return []
  return [`${path}: expected ${inspect(expected)}, was ${inspect(actual)}`]
}

/** An event that is expected, as far as a test cares: its type, and what of it has to be so. */
export interface Pattern {
  readonly type: string
  readonly [field: string]: unknown
}

/** Compares events with patterns, in any order: each pattern wants an event of its own. Says what differs, line by line. */
export function compareEvents(patterns: readonly Pattern[], events: readonly Pattern[]): readonly string[] {
  const left = new Set(events)
  const take = (pattern: Pattern, fits: (event: Pattern) => boolean): Pattern | undefined => {
    const found = [...left].find((event) => event.type === pattern.type && fits(event))
    if (found !== undefined) left.delete(found)
    return found
  }
  const unmet = patterns.filter(
    (pattern) => take(pattern, (event) => differences(pattern, event).length === 0) === undefined,
  )
  const missing = unmet.flatMap((pattern) => {
    const nearest = take(pattern, () => true)
    if (nearest === undefined) return [`- ${inspect(pattern, inspection)} is missing`]
    return [
      `- ${nearest.type} ${nearest.id} is different:`,
      ...differences(pattern, nearest).map((line) => `    ${line}`),
    ]
  })
  return [...missing, ...[...left].map((event) => `+ ${event.type} ${event.id} was not expected: ${dataText(event)}`)]
}

const inspection = { depth: 6, breakLength: Number.POSITIVE_INFINITY }

function dataText({ data, failure }: Pattern): string {
  return inspect(failure ?? data, inspection)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RegExp)
}
