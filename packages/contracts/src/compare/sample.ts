import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { fits, isMap } from './fits.ts'
import { numbersOf } from './numbers.ts'
import { textsOf } from './texts.ts'

const maxItems = 10_000

/**
 * A value that fits a writer's schema with as little in it as can be, from a contract's example where that has it;
 * undefined where none was found.
 */
function sampleOf(schema: ContractSchema, example?: JsonValue): JsonValue | undefined {
  return samplesOf(schema, example)[0]
}

/** Several of them: each option of a union, each listed value, texts and numbers. */
export function samplesOf(schema: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const { anyOf, oneOf, enum: listed, const: constant, type } = schema
  if (constant !== undefined) return [constant]
  if (listed !== undefined) return exampleFirst(listed, example)
  if (anyOf !== undefined || oneOf !== undefined) return optionSamples(schema, example)
  if (type === 'string') return textsOf(schema, [example]).slice(0, 20)
  if (type === 'number' || type === 'integer') return numbersOf(schema, [example]).slice(0, 20)
  if (type === 'boolean') return exampleFirst([true, false], example)
  if (type === 'null') return [null]
  if (type === 'array') return lists(arrayOf(schema, schema.minItems ?? 0, example))
  return lists(isRecord(schema) ? {} : objectOf(schema, example))
}

/** Whether a schema is a record: an object whose keys are data. */
export function isRecord({ additionalProperties }: ContractSchema): boolean {
  return typeof additionalProperties === 'object'
}

/** An array of so many items, which begins with those that are given. */
export function arrayOf(
  { items = {} }: ContractSchema,
  length: number,
  example?: JsonValue,
  given: readonly JsonValue[] = [],
): JsonValue[] | undefined {
  if (length > maxItems) return undefined
  const item = sampleOf(items, Array.isArray(example) ? example[0] : undefined) ?? given[0]
  if (item === undefined && length > given.length) return undefined
  return Array.from({ length }, (_, at) => (at < given.length ? given[at] : item) as JsonValue)
}

/** An object with its required properties, without those that are left out and with those that are given. */
export function objectOf(
  { properties = {}, required = [] }: ContractSchema,
  example?: JsonValue,
  given: { readonly [name: string]: JsonValue } = {},
  without?: string,
): JsonValue | undefined {
  const value: Record<string, JsonValue> = {}
  for (const name of Object.keys(properties)) {
    if (name === without) continue
    if (Object.hasOwn(given, name)) value[name] = given[name] as JsonValue
    else if (required.includes(name)) {
      const sample = sampleOf(properties[name] ?? {}, partOf(example, name))
      if (sample === undefined) return undefined
      value[name] = sample
    }
  }
  return value
}

/** The part of an example under a name. */
export function partOf(example: JsonValue | undefined, name: string): JsonValue | undefined {
  return isMap(example) && Object.hasOwn(example, name) ? example[name] : undefined
}

function optionSamples({ anyOf, oneOf }: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const options = [...(anyOf ?? []), ...(oneOf ?? [])]
  // The option that the example is of comes first.
  const sorted = options.toSorted((a, b) => Number(isOf(b, example)) - Number(isOf(a, example)))
  return sorted.flatMap((option) => samplesOf(option, example))
}

function isOf(option: ContractSchema, example: JsonValue | undefined): boolean {
  return example !== undefined && fits(option, example)
}

function exampleFirst(values: readonly JsonValue[], example: JsonValue | undefined): readonly JsonValue[] {
  return example !== undefined && values.includes(example) ? [example, ...values] : values
}

function lists(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value]
}
