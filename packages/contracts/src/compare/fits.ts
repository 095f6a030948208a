import { z } from 'zod'
import type { ContractSchema, JsonValue } from '../contract-schema.ts'

type JsonMap = { readonly [name: string]: JsonValue }

/**
 * Whether a value fits one side's schema.
 *
 * The comparison asks it thousands of times about schemas that it asks about once, which a compiled validator is too
 * slow for. What it says is never a verdict by itself: examples are run through `createValidator` or zod.
 */
export function fits(schema: ContractSchema, value: JsonValue): boolean {
  const { anyOf, oneOf, allOf, not } = schema
  if (anyOf?.some((option) => fits(option, value)) === false) return false
  if (oneOf !== undefined && oneOf.filter((option) => fits(option, value)).length !== 1) return false
  if (allOf?.every((part) => fits(part, value)) === false) return false
  if (not !== undefined && fits(not, value)) return false
  return isOfType(schema, value) && isListed(schema, value) && fitsKeywords(schema, value)
}

function isOfType({ type }: ContractSchema, value: JsonValue): boolean {
  if (type === undefined) return true
  if (type === 'null') return value === null
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isMap(value)
  return typeof value === type
}

function isListed(schema: ContractSchema, value: JsonValue): boolean {
  if (schema.const !== undefined && schema.const !== value) return false
  return schema.enum === undefined || schema.enum.includes(value)
}

function fitsKeywords(schema: ContractSchema, value: JsonValue): boolean {
  if (typeof value === 'string') return fitsText(schema, value)
  if (typeof value === 'number') return fitsNumber(schema, value)
  if (Array.isArray(value)) return fitsArray(schema, value)
  return !isMap(value) || fitsObject(schema, value)
}

function fitsText({ minLength = 0, maxLength = Infinity, pattern }: ContractSchema, text: string): boolean {
  const length = [...text].length
  return length >= minLength && length <= maxLength && (pattern === undefined || new RegExp(pattern).test(text))
}

function fitsNumber(schema: ContractSchema, value: number): boolean {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity, exclusiveMaximum = Infinity } = schema
  if (value < minimum || value <= exclusiveMinimum || value > maximum || value >= exclusiveMaximum) return false
  return schema.multipleOf === undefined || z.core.util.floatSafeRemainder(value, schema.multipleOf) === 0
}

function fitsArray(
  { minItems = 0, maxItems = Infinity, items = {} }: ContractSchema,
  list: readonly JsonValue[],
): boolean {
  return list.length >= minItems && list.length <= maxItems && list.every((item) => fits(items, item))
}

function fitsObject(schema: ContractSchema, value: JsonMap): boolean {
  const { properties = {}, required = [], propertyNames = {}, additionalProperties = true } = schema
  if (required.some((name) => !Object.hasOwn(value, name))) return false
  return Object.entries(value).every(([name, item]) => {
    if (!fits(propertyNames, name)) return false
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property !== undefined) return fits(property, item)
    if (typeof additionalProperties === 'boolean') return additionalProperties
    return isUnseen(schema, name) || fits(additionalProperties, item)
  })
}

function isUnseen({ patternProperties = {} }: ContractSchema, name: string): boolean {
  return Object.keys(patternProperties).some((pattern) => new RegExp(pattern).test(name))
}

/** Whether a value is a JSON object. */
export function isMap(value: JsonValue | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
