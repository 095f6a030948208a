import { RFC3339 } from '@house-helper/events-core'
import fc from 'fast-check'
import type { ContractSchema } from '../src/index.ts'

const names = ['a', 'b', 'c', 'kind'] as const
const words = ['red', 'green', 'blue'] as const
/** Patterns that contain one another, that overlap, and that do neither. */
const patterns = ['^[a-z]+$', '^[a-z]*$', '^[a-c]{1,3}$', '^\\d+$', '[a-z]', '^x', '^(?:red|green)$']

const safe = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
const small = fc.integer({ min: -3, max: 6 })
const time: ContractSchema = {
  type: 'string',
  'x-house-helper': 'time',
  format: 'date-time',
  pattern: RFC3339.source,
}
const id: ContractSchema = { type: 'string', 'x-house-helper': 'id', pattern: '^[\\x21-\\x7e]{1,128}$' }

/** What `fc.record` gives, without the keys that it left out. */
function some<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(model, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Partial<T>>
}

const length = fc.integer({ min: 0, max: 4 })
const pattern = fc.constantFrom(...patterns)
const text = some<ContractSchema>({ pattern, minLength: length, maxLength: length })
const divisor = fc.constantFrom(1, 2, 3, 6, 0.1, 0.5)
const bound = fc.constantFrom('minimum', 'exclusiveMinimum')
const limit = fc.constantFrom('maximum', 'exclusiveMaximum')

const number = fc
  .record({
    low: fc.option(fc.tuple(bound, small)),
    high: fc.option(fc.tuple(limit, small)),
    multipleOf: fc.option(divisor),
  })
  .map(
    ({ low, high, multipleOf }): ContractSchema => ({
      type: 'number',
      ...(low && { [low[0]]: low[1] }),
      ...(high && { [high[0]]: high[1] }),
      ...(multipleOf && { multipleOf }),
    }),
  )

const integer = number.map(
  (schema): ContractSchema => ({
    ...(schema.exclusiveMinimum === undefined && { minimum: safe.minimum }),
    ...(schema.exclusiveMaximum === undefined && { maximum: safe.maximum }),
    ...schema,
    type: 'integer',
  }),
)

const scalar: fc.Arbitrary<ContractSchema> = fc.oneof(
  text.map((keywords): ContractSchema => ({ type: 'string', ...keywords })),
  number,
  integer,
  fc.constant<ContractSchema>({ type: 'boolean' }),
  fc.constantFrom<ContractSchema>(time, id),
  fc.constantFrom<ContractSchema['const']>('red', 'green', 1, 2, true, null).map(constant),
  fc.subarray([...words], { minLength: 2 }).map((values): ContractSchema => ({ type: 'string', enum: values })),
  fc
    .subarray([...words], { minLength: 1 })
    .map((values): ContractSchema => ({ type: 'string', 'x-house-helper': 'openEnum', enum: values })),
)

function constant(value: ContractSchema['const'] = null): ContractSchema {
  return { type: value === null ? 'null' : (typeof value as 'string'), const: value }
}

/** An object over these property schemas. */
function objectOf(inner: fc.Arbitrary<ContractSchema>): fc.Arbitrary<ContractSchema> {
  return fc
    .tuple(fc.subarray([...names]), fc.array(inner, { minLength: 4, maxLength: 4 }), fc.subarray([...names]))
    .map(([chosen, schemas, wanted]) =>
      object(
        chosen.map((name, at) => [name, schemas[at] ?? {}]),
        wanted,
      ),
    )
}

function object(
  properties: readonly (readonly [name: string, schema: ContractSchema])[],
  wanted: readonly string[],
): ContractSchema {
  const required = properties.map(([name]) => name).filter((name) => wanted.includes(name))
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

function unionOf(inner: fc.Arbitrary<ContractSchema>): fc.Arbitrary<ContractSchema> {
  return fc
    .tuple(fc.subarray([...words], { minLength: 1 }), fc.array(objectOf(inner), { minLength: 3, maxLength: 3 }))
    .map(([tags, options]) => ({
      oneOf: tags.map((tag, at) => tagged(tag, options[at] as ContractSchema)),
      discriminator: 'kind',
    }))
}

function tagged(tag: string, { properties = {}, required = [] }: ContractSchema): ContractSchema {
  const others = Object.entries(properties).filter(([name]) => name !== 'kind')
  return object([['kind', constant(tag)], ...others], [...required, 'kind'])
}

const nested: fc.Arbitrary<ContractSchema> = fc.letrec<{ node: ContractSchema }>((tie) => {
  const node = tie('node')
  return {
    node: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      { arbitrary: scalar, weight: 6 },
      { arbitrary: objectOf(node), weight: 2 },
      { arbitrary: unionOf(node), weight: 1 },
      {
        arbitrary: fc
          .tuple(node, some<ContractSchema>({ minItems: length, maxItems: length }))
          .map(([items, bounds]): ContractSchema => ({ type: 'array', ...bounds, items })),
        weight: 1,
      },
      {
        arbitrary: fc.tuple(node, text).map(
          ([values, keys]): ContractSchema => ({
            type: 'object',
            ...(Object.keys(keys).length > 0 && { propertyNames: keys }),
            additionalProperties: values,
          }),
        ),
        weight: 1,
      },
      {
        arbitrary: node
          .filter((schema) => schema.anyOf === undefined)
          .map((schema): ContractSchema => ({ anyOf: [schema, { type: 'null' }] })),
        weight: 1,
      },
    ),
  }
}).node

/** Neutral schemas of data, over a small vocabulary, so that two of them often meet. */
export const arbitrarySchema: fc.Arbitrary<ContractSchema> = objectOf(nested)

/** A schema of any field. */
export const arbitraryField: fc.Arbitrary<ContractSchema> = nested
