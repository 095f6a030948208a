import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { type Gap, gap, within } from './gap.ts'
import { arrayOf } from './sample.ts'
import type { Subset } from './subset.ts'

/** The gaps between a writer's arrays and a reader's. */
export function arraySubset(
  writer: ContractSchema,
  reader: ContractSchema,
  subset: Subset,
  example?: JsonValue,
): readonly Gap[] {
  const { minItems: fewest = 0, maxItems: most = Infinity } = writer
  const { minItems: least = 0, maxItems: limit = Infinity } = reader
  const listOf = (length: number) => arrayOf(writer, length, example)
  return [
    ...(most > 0 ? itemGaps(writer, reader, subset, example) : []),
    ...(fewest < least ? gap(`takes no less than ${least} items`, [listOf(Math.min(least - 1, most))]) : []),
    ...(most > limit ? gap(`takes no more than ${limit} items`, [listOf(Math.max(limit + 1, fewest))]) : []),
  ]
}

function itemGaps(writer: ContractSchema, reader: ContractSchema, subset: Subset, example?: JsonValue): readonly Gap[] {
  const first = Array.isArray(example) ? (example[0] as JsonValue) : undefined
  const gaps = subset(writer.items ?? {}, reader.items ?? {}, first)
  const length = Math.max(1, writer.minItems ?? 0)
  return within(gaps, { step: '[]', name: '0', around: (item) => arrayOf(writer, length, example, [item]) })
}
