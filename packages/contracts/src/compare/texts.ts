import fc from 'fast-check'
import type { ContractSchema } from '../contract-schema.ts'
import { fits } from './fits.ts'

/** Texts of the formats that contracts use, and others that tell patterns apart. */
const known = [
  'text',
  ...['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678901+02:00', '2026-01-02T03:04Z'],
  ...['2026-01-02', '2024-02-29', '03:04:05', '03:04', 'P1D', 'PT5M', 'P1Y2M3DT4H5M6S'],
  ...['someone@example.com', 'a@b.co', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ...['00000000-0000-4000-8000-000000000000', '00000000-0000-0000-0000-000000000001', 'EUR', 'eur', 'household-001'],
  ...[
    'Text',
    'TEXT',
    'two words',
    'a-b',
    'a_b',
    'a.b',
    'a1',
    '1',
    '42',
    '0',
    '-1',
    '1.5',
    'true',
    '{}',
    'ä',
    '\n',
    '🙂',
  ],
]

/** Longer texts are no examples that anybody reads. */
const maxTextLength = 10_000
const generatedCount = 60

/** By pattern: one that contracts share is asked for again and again. */
const generatedTexts = new Map<string, readonly string[]>()

/** Texts that fit a writer's schema: the given ones first, then known ones, then such as its pattern makes. */
export function textsOf(schema: ContractSchema, first: readonly unknown[], lengths: readonly number[] = []): string[] {
  const given = first.filter((value) => typeof value === 'string')
  const texts = [...given, ...known, ...ofLengths(schema, lengths), ...generated(schema)]
  return [...new Set(texts)].filter((text) => fits(schema, text))
}

/** Shortest and longest, and just beyond what a reader takes. */
function ofLengths({ minLength = 0, maxLength }: ContractSchema, lengths: readonly number[]): string[] {
  const wanted = [minLength, maxLength ?? minLength, ...lengths].filter(
    (length) => length >= 0 && length <= maxTextLength,
  )
  return wanted.flatMap((length) => ['a', 'x', '1', '~'].map((character) => character.repeat(length)))
}

/** Always the same ones: a verdict must not depend on chance. */
function generated({ pattern, allOf = [] }: ContractSchema): string[] {
  const patterns = [pattern, ...allOf.map((part) => part.pattern)].filter((source) => source !== undefined)
  return patterns.flatMap((source) => {
    const texts = generatedTexts.get(source) ?? sampled(source)
    if (generatedTexts.size > 200) generatedTexts.clear()
    generatedTexts.set(source, texts)
    return texts
  })
}

function sampled(source: string): readonly string[] {
  const texts = textsOfPattern(source)
  return texts === undefined ? [] : fc.sample(texts, { numRuns: generatedCount, seed: 20_260_102 })
}

function textsOfPattern(source: string): fc.Arbitrary<string> | undefined {
  try {
    return fc.oneof(
      fc.stringMatching(new RegExp(source), { size: 'xsmall' }),
      fc.stringMatching(new RegExp(source), { size: 'large' }),
    )
  } catch {
    // It has no generator for lookaheads and a few more; what nothing is found for is unknown, not compatible.
    return undefined
  }
}
