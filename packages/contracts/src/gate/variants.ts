import { fits } from '../compare/fits.ts'
import { isRecord, objectOf, partOf, samplesOf } from '../compare/sample.ts'
import type { ContractSchema, JsonValue } from '../contract-schema.ts'

const perField = 5

/**
 * Values of a publisher's schema in which each field has been there and not, and had each kind of its values: the example,
 * the least, the most, and one for each value of each field.
 */
export function variantsOf(schema: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const found = [...(example === undefined ? [] : [example]), ...variantsAt(schema, example)]
  const byText = new Map(found.map((value) => [JSON.stringify(value), value]))
  return [...byText.values()].filter((value) => fits(schema, value))
}

function variantsAt(schema: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  if (options.length > 0) return options.flatMap((option) => variantsAt(option, example))
  if (schema.type === 'array') return arrayVariants(schema, example)
  if (schema.type !== 'object' || isRecord(schema)) return samplesOf(schema, example).slice(0, perField)
  return objectVariants(schema, example)
}

function objectVariants(schema: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, variantsAt(property, partOf(example, name))] as const,
  )
  const all = Object.fromEntries(fields.flatMap(([name, [first]]) => (first === undefined ? [] : [[name, first]])))
  const least = objectOf(schema, example)
  return [
    ...(least === undefined ? [] : [least]),
    all,
    ...fields.flatMap(([name, values]) => values.map((value) => ({ ...all, [name]: value }))),
  ]
}

function arrayVariants(schema: ContractSchema, example?: JsonValue): readonly JsonValue[] {
  const { items = {}, minItems = 0 } = schema
  const values = variantsAt(items, Array.isArray(example) ? example[0] : undefined)
  const padded = (value: JsonValue) => Array.from({ length: Math.max(1, minItems) }, () => value)
  return [...(minItems === 0 ? [[]] : []), ...values.slice(0, perField).map(padded)]
}
