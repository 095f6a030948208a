import type { ContractSchema } from './contract-schema.ts'

/**
 * Whether a text, number, boolean or null is what a schema without properties and items asks for.
 *
 * Formats are left to their patterns: every format that a contract may use comes with one.
 */
export function fits(schema: ContractSchema, value: unknown): boolean {
  const { const: only, enum: values, allOf } = schema
  if (only !== undefined && only !== value) return false
  if (values !== undefined && !(values as readonly unknown[]).includes(value)) return false
  if (allOf?.some((part) => !fits(part, value))) return false
  if (!fitsType(schema.type, value)) return false
  if (typeof value === 'string') return fitsText(schema, value)
  return typeof value !== 'number' || fitsNumber(schema, value)
}

function fitsType(type: ContractSchema['type'], value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value)
  return type === undefined || type === (value === null ? 'null' : typeof value)
}

function fitsText(
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern }: ContractSchema,
  text: string,
): boolean {
  const length = [...text].length
  if (length < minLength || length > maxLength) return false
  return pattern === undefined || new RegExp(pattern).test(text)
}

function fitsNumber(schema: ContractSchema, value: number): boolean {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, multipleOf } = schema
  const { exclusiveMinimum = Number.NEGATIVE_INFINITY, exclusiveMaximum = Number.POSITIVE_INFINITY } = schema
  if (value < minimum || value > maximum || value <= exclusiveMinimum || value >= exclusiveMaximum) return false
  if (multipleOf === undefined) return true
  // 0.3 is a multiple of 0.1, though not quite for floating-point numbers.
  return Math.abs(value / multipleOf - Math.round(value / multipleOf)) < 1e-9
}
