import { type FieldKind, id, openEnum, time } from '@house-helper/events-core'
import { z } from 'zod'
import type { ContractSchema } from '../src/index.ts'

const kinds: Record<FieldKind, (schema: ContractSchema) => z.ZodType> = {
  id,
  time,
  openEnum: (schema) => openEnum(schema.enum as string[]),
}

function zodOf(schema: ContractSchema): z.ZodType {
  const kind = schema['x-house-helper']
  if (kind !== undefined) return kinds[kind](schema)
  if (schema.const !== undefined) return z.literal(schema.const as string)
  if (schema.enum !== undefined) return z.enum(schema.enum as string[])
  if (schema.anyOf !== undefined) return z.nullable(zodOf(schema.anyOf[0] as ContractSchema))
  if (schema.oneOf !== undefined) {
    const options = schema.oneOf.map(zodOf) as unknown as [z.ZodObject, z.ZodObject]
    return z.discriminatedUnion(schema.discriminator as string, options)
  }
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined ? recordOf(schema) : objectOf(schema)
    case 'array':
      return z.array(zodOf(schema.items as ContractSchema)).check(...lengthChecks(schema.minItems, schema.maxItems))
    case 'string':
      return stringOf(schema)
    case 'boolean':
      return z.boolean()
    default:
      return numberOf(schema)
  }
}

/** The zod schema of an event's data that somebody would write for a neutral JSON Schema. */
export function zodDataOf(schema: ContractSchema): z.ZodObject {
  return objectOf(schema)
}

function objectOf({ properties = {}, required = [] }: ContractSchema): z.ZodObject {
  const shape = Object.entries(properties).map(([name, property]) => {
    const value = zodOf(property)
    return [name, required.includes(name) ? value : value.optional()] as const
  })
  return z.object(Object.fromEntries(shape))
}

function recordOf({ propertyNames = {}, additionalProperties }: ContractSchema): z.ZodType {
  return z.record(stringOf(propertyNames), zodOf(additionalProperties as ContractSchema))
}

function stringOf({ minLength, maxLength, pattern, allOf = [] }: ContractSchema): z.ZodString {
  const patterns = [pattern, ...allOf.map((more) => more.pattern)].filter((text) => text !== undefined)
  const checks = [...lengthChecks(minLength, maxLength), ...patterns.map((text) => z.regex(new RegExp(text)))]
  return z.string().check(...(checks as []))
}

function lengthChecks(min: number | undefined, max: number | undefined): [] {
  return [...(min === undefined ? [] : [z.minLength(min)]), ...(max === undefined ? [] : [z.maxLength(max)])] as never
}

function numberOf(schema: ContractSchema): z.ZodType {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const checks = [
    ...(minimum === undefined ? [] : [z.gte(minimum)]),
    ...(maximum === undefined ? [] : [z.lte(maximum)]),
    ...(exclusiveMinimum === undefined ? [] : [z.gt(exclusiveMinimum)]),
    ...(exclusiveMaximum === undefined ? [] : [z.lt(exclusiveMaximum)]),
    ...(multipleOf === undefined ? [] : [z.multipleOf(multipleOf)]),
  ]
  return (schema.type === 'integer' ? z.int() : z.number()).check(...(checks as []))
}
