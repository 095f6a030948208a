import fc from 'fast-check'
import type { ContractSchema, JsonValue } from '../src/index.ts'

const texts = ['', 'red', 'green', 'blue', 'violet', 'a', 'ab', 'abc', 'abcd', 'x', 'x1', '7', '42', 'A', ' ', '🙂🙂🙂']
const times = ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z', '2026-01-02t03:04:05.123456789+02:00', 'yesterday']
const numbers = [-4, -1, 0, 0.1, 0.3, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 12, 2 ** 53, 1e300]

/** Values that fit a schema more often than not, and are wrong in one place otherwise. */
export function arbitraryValue(schema: ContractSchema): fc.Arbitrary<JsonValue> {
  return fc.oneof({ arbitrary: fitting(schema), weight: 24 }, { arbitrary: anything, weight: 1 })
}

const anything = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, ...texts, ...numbers, ...times),
  fc.constantFrom<JsonValue>([], {}, ['red'], [1], { a: 1 }, { kind: 'red' }, JSON.parse('{"__proto__":1}')),
)

function fitting(schema: ContractSchema): fc.Arbitrary<JsonValue> {
  const { anyOf, oneOf, enum: values, const: constant } = schema
  if (constant !== undefined) return fc.constant(constant)
  if (values !== undefined) return fc.constantFrom(...values, 'violet')
  if (anyOf !== undefined || oneOf !== undefined)
    return fc.oneof(...[...(anyOf ?? []), ...(oneOf ?? [])].map(arbitraryValue))
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined ? recordValue(schema) : objectValue(schema)
    case 'array':
      return arrayValue(schema)
    case 'string':
      return schema['x-house-helper'] === 'time' ? fc.constantFrom(...times) : textValue(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.oneof(fc.constantFrom(...numbers), fc.integer({ min: -10, max: 10 }))
  }
}

function textValue({ minLength = 0, maxLength = minLength + 4, pattern }: ContractSchema): fc.Arbitrary<string> {
  const generated =
    pattern === undefined
      ? fc.string({ minLength, maxLength: Math.max(minLength, maxLength) })
      : fc.stringMatching(new RegExp(pattern), { size: 'xsmall' })
  return fc.oneof(generated, fc.constantFrom(...texts))
}

function arrayValue({ items = {}, minItems = 0, maxItems = 3 }: ContractSchema): fc.Arbitrary<JsonValue> {
  const lengths = { minLength: Math.max(0, minItems - 1), maxLength: Math.max(minItems, maxItems) + 1 }
  return fc.oneof(
    fc.array(fitting(items), { minLength: minItems, maxLength: Math.max(minItems, maxItems) }),
    fc.array(arbitraryValue(items), lengths),
  )
}

function objectValue({ properties = {}, required = [] }: ContractSchema): fc.Arbitrary<JsonValue> {
  const fields = Object.entries(properties).map(([name, property]) => [name, arbitraryValue(property)] as const)
  const whole = fc.record(Object.fromEntries(fields), { requiredKeys: [...required] as never[], noNullPrototype: true })
  return fc
    .tuple(whole, fc.nat(19), fc.constantFrom(...Object.keys(properties), 'a', 'extra'), anything)
    .map(([value, chance, name, other]) => {
      if (chance === 0) return { ...value, [name]: other }
      if (chance === 1) return without(value, name)
      return { ...value }
    }) as fc.Arbitrary<JsonValue>
}

function without(value: object, name: string): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}

function recordValue({ propertyNames = {}, additionalProperties }: ContractSchema): fc.Arbitrary<JsonValue> {
  const values = additionalProperties as ContractSchema
  const key = fc.oneof(
    { arbitrary: textValue(propertyNames), weight: 20 },
    { arbitrary: fc.constant('__proto__'), weight: 1 },
  )
  return fc.array(fc.tuple(key, arbitraryValue(values)), { maxLength: 3 }).map(asParsed)
}

/** As it comes from `JSON.parse`, where `__proto__` is a key like any other. */
function asParsed(entries: readonly (readonly [key: string, value: JsonValue])[]): JsonValue {
  return JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`)
}
