import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { arraySubset } from './array-subset.ts'
import { fits } from './fits.ts'
import { type Gap, gap, within } from './gap.ts'
import { countedNumbers, isWithin, numbersOf } from './numbers.ts'
import { objectSubset } from './object-subset.ts'
import { samplesOf } from './sample.ts'
import { stringSubset } from './string-subset.ts'
import { readerUnionSubset, writerUnionSubset } from './union-subset.ts'

/** What the rules for arrays, objects and unions go on with inside. */
export type Subset = (writer: ContractSchema, reader: ContractSchema, example?: JsonValue) => readonly Gap[]

/**
 * Lists the places where a writer may write what a reader refuses; no gap means that the reader surely takes everything.
 *
 * Both are schemas of a side, a publisher's and a reader's. A gap is a suspicion: where its candidates are refused by the
 * real check it is proven, and otherwise nothing is known. The example lends its values to candidates.
 */
export const subset: Subset = (writer, reader, example) => {
  const values = listedOf(writer) ?? countedNumbers(writer)
  if (values !== undefined) return valuesSubset(values, reader, example)
  if (writer.anyOf !== undefined) return nullableSubset(writer.anyOf, reader, example)
  if (writer.oneOf !== undefined) return writerUnionSubset(writer, reader, subset, example)
  // What is never null fits a nullable reader exactly when it fits what that holds.
  if (reader.anyOf !== undefined) return subset(writer, reader.anyOf[0] ?? {}, example)
  if (!isSameType(writer, reader)) return gap(`takes ${nameOf(reader)} only`, samplesOf(writer, example))
  if (reader.oneOf !== undefined) return readerUnionSubset(writer, reader, subset, example)
  return sameTypeSubset(writer, reader, example)
}

function sameTypeSubset(writer: ContractSchema, reader: ContractSchema, example?: JsonValue): readonly Gap[] {
  const listed = listedOf(reader)
  if (listed !== undefined) return gap(`takes ${texts(listed)} only`, refused(writer, reader, example))
  switch (writer.type) {
    case 'array':
      return arraySubset(writer, reader, subset, example)
    case 'object':
      return objectSubset(writer, reader, subset, example)
    case 'string':
      return stringSubset(writer, reader, example)
    default:
      if (isWithin(writer, reader)) return []
      return gap('takes other numbers', refused(writer, reader, example))
  }
}

/** Each of the values of a schema that lists them; a boolean is two values. */
function listedOf(schema: ContractSchema): readonly JsonValue[] | undefined {
  if (schema.const !== undefined) return [schema.const]
  if (schema.enum !== undefined) return schema.enum
  if (schema.type === 'boolean') return [true, false]
  return schema.type === 'null' ? [null] : undefined
}

function valuesSubset(values: readonly JsonValue[], reader: ContractSchema, example?: JsonValue): readonly Gap[] {
  const bad = values.filter((value) => !fits(reader, value))
  if (bad.length === 0) return []
  // The example's own value shows it best.
  const sorted = bad.toSorted((a, b) => Number(b === example) - Number(a === example))
  return gap(`does not take ${texts(bad)}`, sorted)
}

function nullableSubset(
  options: readonly ContractSchema[],
  reader: ContractSchema,
  example?: JsonValue,
): readonly Gap[] {
  const [inner = {}] = options
  const values = subset(inner, reader, example ?? undefined)
  const nulls = fits(reader, null) ? [] : gap('does not take null', [null])
  return [...within(values, { around: (value) => value }), ...nulls]
}

function isSameType(writer: ContractSchema, reader: ContractSchema): boolean {
  const wanted = reader.oneOf === undefined ? reader.type : 'object'
  if (wanted === undefined) return reader.enum?.some((value) => typeof value === writer.type) ?? false
  return wanted === writer.type || (wanted === 'number' && writer.type === 'integer') || isNumeric(writer, reader)
}

/** That a number may be no integer is a matter of which numbers, not of its type. */
function isNumeric(writer: ContractSchema, reader: ContractSchema): boolean {
  return writer.type === 'number' && reader.type === 'integer'
}

function refused(writer: ContractSchema, reader: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const numeric = writer.type === 'number' || writer.type === 'integer'
  const samples = numeric ? numbersOf(writer, [example], reader) : samplesOf(writer, example)
  return samples.filter((value) => !fits(reader, value))
}

function nameOf({ type, oneOf, enum: listed }: ContractSchema): string {
  if (listed !== undefined) return texts(listed)
  if (oneOf !== undefined) return 'one of its objects'
  return type === undefined ? 'another type' : /^[aio]/.test(type) ? `an ${type}` : `a ${type}`
}

function texts(values: readonly JsonValue[]): string {
  const shown = values.slice(0, 6).map((value) => JSON.stringify(value))
  return values.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
