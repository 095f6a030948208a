import { RFC3339, UTC_MILLISECONDS } from '@house-helper/events-core'
import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { fits } from './fits.ts'
import { type Gap, gap } from './gap.ts'
import { textsOf } from './texts.ts'

/** What the platform's own patterns imply, which are compared most often: texts that match the first match the second. */
const impliedBy: ReadonlyMap<string, readonly string[]> = new Map([[UTC_MILLISECONDS.source, [RFC3339.source]]])

/** How long texts of the platform's own patterns are. */
const lengthsBy: ReadonlyMap<string, readonly [shortest: number, longest: number]> = new Map([
  [UTC_MILLISECONDS.source, [24, 24]],
  [String.raw`^[\x21-\x7e]{1,128}$`, [1, 128]],
])

/** The gaps between a writer's texts and a reader's. */
export function stringSubset(writer: ContractSchema, reader: ContractSchema, example?: JsonValue): readonly Gap[] {
  const [shortest, longest] = lengthsOf(writer)
  const [least, most] = [reader.minLength ?? 0, reader.maxLength ?? Infinity]
  const known = patternsOf(writer).flatMap((pattern) => [pattern, ...(impliedBy.get(pattern) ?? [])])
  const strange = patternsOf(reader).filter((pattern) => !known.includes(pattern))
  const reasons = [
    ...(shortest < least ? [`takes no less than ${characters(least)}`] : []),
    ...(longest > most ? [`takes no more than ${characters(most)}`] : []),
    ...strange.map((pattern) => `takes only what matches ${pattern}`),
  ]
  if (reasons.length === 0) return []
  const texts = textsOf(writer, [example], [least - 1, most + 1])
  return gap(reasons.join(' and '), readable(texts.filter((text) => !fits(reader, text))))
}

/** Shorter ones first, and those that can be read before others. */
function readable(texts: readonly string[]): readonly string[] {
  const rank = (text: string): number => (/^[\x20-\x7e]+$/.test(text) ? 0 : 1)
  return texts.toSorted((a, b) => rank(a) - rank(b) || Math.max(a.length, 24) - Math.max(b.length, 24))
}

function lengthsOf(schema: ContractSchema): readonly [shortest: number, longest: number] {
  const own = patternsOf(schema).flatMap((pattern) =>
    lengthsBy.has(pattern) ? [lengthsBy.get(pattern) ?? [0, 0]] : [],
  )
  return [
    Math.max(schema.minLength ?? 0, ...own.map(([shortest = 0]) => shortest)),
    Math.min(schema.maxLength ?? Infinity, ...own.map(([, longest = Infinity]) => longest)),
  ]
}

function patternsOf({ pattern, allOf = [] }: ContractSchema): string[] {
  return [pattern, ...allOf.map((part) => part.pattern)].filter((source) => source !== undefined)
}

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`
}
