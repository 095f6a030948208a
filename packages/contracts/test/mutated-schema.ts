import fc from 'fast-check'
import type { ContractSchema } from '../src/index.ts'
import { arbitraryField } from './arbitrary-schema.ts'

/** Changes one or two places of a schema a little, as somebody would who edits a contract: near misses are common. */
export function mutatedSchema(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  const once = mutations(schema)
  return fc.oneof(once, once.chain(mutations))
}

function mutations(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  const here = [...own(schema)]
  const inside = innerMutations(schema)
  return fc.oneof(
    ...[
      ...here.map((arbitrary) => ({ arbitrary, weight: 1 })),
      ...inside.map((arbitrary) => ({ arbitrary, weight: 3 })),
    ],
  )
}

function innerMutations(schema: ContractSchema): fc.Arbitrary<ContractSchema>[] {
  const { properties = {}, items, oneOf = [], anyOf, additionalProperties: values } = schema
  return [
    ...Object.entries(properties)
      // A discriminator keeps its value: a union of zod has each of them once.
      .filter(([name, property]) => name !== 'kind' || property.const === undefined)
      .map(([name, property]) =>
        field(property).map((changed) => ({ ...schema, properties: { ...properties, [name]: changed } })),
      ),
    ...(items === undefined ? [] : [field(items).map((changed) => ({ ...schema, items: changed }))]),
    ...(typeof values === 'object'
      ? [field(values).map((changed) => ({ ...schema, additionalProperties: changed }))]
      : []),
    ...oneOf.map((option, at) => mutations(option).map((changed) => ({ ...schema, oneOf: oneOf.with(at, changed) }))),
    ...(anyOf?.[0] === undefined
      ? []
      : [nonNull(field(anyOf[0])).map((changed) => ({ anyOf: [changed, { type: 'null' as const }] }))]),
  ]
}

/** A field becomes nullable or not, another field, or is changed where it is. */
function field(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  const other = schema.anyOf?.[0] ?? { anyOf: [schema, { type: 'null' as const }] }
  return fc.oneof(
    { arbitrary: mutations(schema), weight: 8 },
    { arbitrary: fc.constant(other), weight: 1 },
    { arbitrary: arbitraryField, weight: 1 },
    ...(schema.oneOf ?? []).map((option) => ({
      arbitrary: fc.constantFrom(option, undiscriminated(option)),
      weight: 1,
    })),
  )
}

/** An option of a union that says what it is only sometimes. */
function undiscriminated(option: ContractSchema): ContractSchema {
  return { ...option, required: (option.required ?? []).filter((name) => name !== 'kind') }
}

function nonNull(schemas: fc.Arbitrary<ContractSchema>): fc.Arbitrary<ContractSchema> {
  return schemas.map((schema) => schema.anyOf?.[0] ?? schema)
}

function own(schema: ContractSchema): fc.Arbitrary<ContractSchema>[] {
  const { type, enum: listed, oneOf } = schema
  if (oneOf !== undefined) return [optionMutation(schema, oneOf)]
  if (schema['x-house-helper'] === 'openEnum')
    return [listedMutation(schema), fc.constant({ type: 'string', enum: listed ?? [] })]
  if (listed !== undefined) return [listedMutation(schema)]
  if (schema.const !== undefined || schema['x-house-helper'] !== undefined) return [fc.constant({ type: 'string' })]
  if (type === 'string') return [bounds(schema, 'minLength', 'maxLength', 0, 5), pattern(schema)]
  if (type === 'number' || type === 'integer') return [numberMutation(schema)]
  if (type === 'array') return [bounds(schema, 'minItems', 'maxItems', 0, 5)]
  if (type === 'object') return [objectMutation(schema)]
  return [fc.constant(schema)]
}

function listedMutation(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  return fc
    .subarray(['red', 'green', 'blue', 'violet'], { minLength: schema['x-house-helper'] ? 1 : 2 })
    .map((values) => ({ ...schema, enum: values }))
}

function optionMutation(schema: ContractSchema, options: readonly ContractSchema[]): fc.Arbitrary<ContractSchema> {
  return fc.subarray([...options], { minLength: 1 }).map((oneOf) => ({ ...schema, oneOf }))
}

function bounds(
  schema: ContractSchema,
  low: keyof ContractSchema,
  high: keyof ContractSchema,
  min: number,
  max: number,
): fc.Arbitrary<ContractSchema> {
  const bound = fc.integer({ min, max })
  return fc.oneof(
    fc.constantFrom(low, high).map((key) => without(schema, key)),
    fc.tuple(fc.constantFrom(low, high), bound).map(([key, value]) => ({ ...schema, [key]: value })),
  )
}

function pattern(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  return fc
    .constantFrom(undefined, '^[a-z]+$', '^[a-z]*$', '^[a-c]{1,3}$', '^\\d+$', '[a-z]')
    .map((source) => (source === undefined ? without(schema, 'pattern') : { ...schema, pattern: source }))
}

function numberMutation(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  const { minimum: _, exclusiveMinimum: __, ...aboveAll } = schema
  const { maximum: ___, exclusiveMaximum: ____, ...belowAll } = schema
  const bound = fc.integer({ min: -3, max: 6 })
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('minimum', 'exclusiveMinimum'), bound)
      .map(([key, value]) => ({ ...aboveAll, [key]: value })),
    fc
      .tuple(fc.constantFrom('maximum', 'exclusiveMaximum'), bound)
      .map(([key, value]) => ({ ...belowAll, [key]: value })),
    fc.constantFrom(1, 2, 3, 6, 0.1, 0.5).map((multipleOf) => ({ ...schema, multipleOf })),
    fc.constant(without(schema, 'multipleOf')),
    fc.constant(schema.type === 'number' ? wholeNumbers(schema) : { ...schema, type: 'number' as const }),
  )
}

function wholeNumbers(schema: ContractSchema): ContractSchema {
  return {
    ...(schema.exclusiveMinimum === undefined && { minimum: Number.MIN_SAFE_INTEGER }),
    ...(schema.exclusiveMaximum === undefined && { maximum: Number.MAX_SAFE_INTEGER }),
    ...schema,
    type: 'integer',
  }
}

/** A property is added, taken away, or becomes optional or required; or the keys of a record change. */
function objectMutation(schema: ContractSchema): fc.Arbitrary<ContractSchema> {
  if (schema.properties === undefined) {
    return bounds(schema.propertyNames ?? {}, 'minLength', 'maxLength', 0, 3).map((propertyNames) => ({
      ...schema,
      propertyNames,
    }))
  }
  const { properties, required = [] } = schema
  const names = Object.keys(properties).filter((name) => name !== 'kind' || properties.kind?.const === undefined)
  const withRequired = (wanted: readonly string[]): ContractSchema => ({ ...schema, required: wanted })
  return fc.oneof(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), arbitraryField, fc.boolean()).map(([name, property, isRequired]) => {
      if (Object.hasOwn(properties, name)) return schema
      const next = { ...schema, properties: { ...properties, [name]: property } }
      return isRequired ? { ...next, required: [...required, name] } : next
    }),
    ...names.flatMap((name) => [
      fc.constant({ ...withRequired(required.filter((one) => one !== name)), properties: without(properties, name) }),
      fc.constant(withRequired(required.includes(name) ? required.filter((one) => one !== name) : [...required, name])),
    ]),
  )
}

function without<T extends object>(value: T, key: PropertyKey): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T
}
