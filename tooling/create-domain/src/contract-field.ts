import { fieldKind } from '@house-helper/events-core'
import { z } from 'zod'

/** A field of a contract's data, as its documentation names it. */
export interface ContractField {
  /** `title`, `changes.title`, `split[].share`. */
  readonly path: string
  /** `id`, `time`, `money`, `text`, `integer`, `low, normal or high`. */
  readonly type: string
  readonly required: boolean
  /** The field's `.describe()`, or undefined where it has none. */
  readonly description: string | undefined
}

/** Lists the fields of a contract's data, each before the fields inside it; money is one field. */
export function contractFields(schema: z.ZodType, prefix = ''): readonly ContractField[] {
  const { inner } = unwrapped(schema)
  if (inner instanceof z.ZodObject && !isMoney(inner)) {
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([name, field]) =>
      withInner(field, prefix === '' ? name : `${prefix}.${name}`),
    )
  }
  if (inner instanceof z.ZodArray) return contractFields(inner.element as z.ZodType, `${prefix}[]`)
  if (inner instanceof z.ZodRecord) return contractFields(inner.valueType as z.ZodType, `${prefix}.*`)
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return inner.options.flatMap((option) => contractFields(option as z.ZodType, prefix))
  }
  return []
}

function withInner(schema: z.ZodType, path: string): readonly ContractField[] {
  const { inner, required, nullable } = unwrapped(schema)
  const type = nullable ? `${typeName(inner)}, or null` : typeName(inner)
  const description = schema.description ?? inner.description
  return [{ path, type, required, description }, ...contractFields(inner, path)]
}

function unwrapped(schema: z.ZodType): { inner: z.ZodType; required: boolean; nullable: boolean } {
  let inner = schema
  let required = true
  let nullable = false
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
    if (inner instanceof z.ZodOptional) required = false
    else nullable = true
    inner = inner.unwrap() as z.ZodType
  }
  return { inner, required, nullable }
}

function typeName(schema: z.ZodType): string {
  const kind = fieldKind(schema)
  if (kind === 'id' || kind === 'time') return kind
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(', ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => `\`${String(value)}\``).join(', ')
  if (schema instanceof z.ZodArray) return `list of ${typeName(schema.element as z.ZodType)}`
  if (schema instanceof z.ZodRecord) return `map of ${typeName(schema.valueType as z.ZodType)}`
  if (schema instanceof z.ZodObject) return isMoney(schema) ? 'money' : 'object'
  if (schema instanceof z.ZodDiscriminatedUnion) return 'object'
  if (schema instanceof z.ZodISODate) return 'day'
  if (schema instanceof z.ZodNumber) return schema.isInt ? 'integer' : 'number'
  return schema instanceof z.ZodBoolean ? 'boolean' : 'text'
}

function isMoney(schema: z.ZodObject): boolean {
  return Object.keys(schema.shape).sort().join() === 'amount,currency'
}
