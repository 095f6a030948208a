import type { ContractSchema } from './contract-schema.ts'

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
export function contractFields(schema: ContractSchema, prefix = ''): readonly ContractField[] {
  const { inner } = unwrapped(schema)
  const { properties, items, oneOf, additionalProperties: values } = inner
  if (oneOf !== undefined) return oneOf.flatMap((option) => contractFields(option, prefix))
  if (items !== undefined) return contractFields(items, `${prefix}[]`)
  if (typeof values === 'object') return contractFields(values, `${prefix}.*`)
  if (properties === undefined || isMoney(inner)) return []
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    return [fieldAt(path, field, inner.required?.includes(name) ?? false), ...contractFields(field, path)]
  })
}

function fieldAt(path: string, schema: ContractSchema, required: boolean): ContractField {
  const { inner, nullable } = unwrapped(schema)
  const type = nullable ? `${typeName(inner)}, or null` : typeName(inner)
  return { path, type, required, description: schema.description ?? inner.description }
}

function unwrapped(schema: ContractSchema): { readonly inner: ContractSchema; readonly nullable: boolean } {
  const inner = schema.anyOf?.find((option) => option.type !== 'null')
  return inner === undefined ? { inner: schema, nullable: false } : { inner, nullable: true }
}

function typeName(schema: ContractSchema): string {
  const { 'x-house-helper': kind, const: only, enum: values, items, additionalProperties: entries } = schema
  if (kind === 'id' || kind === 'time') return kind
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ')
  if (only !== undefined) return `\`${String(only)}\``
  if (items !== undefined) return `list of ${typeName(items)}`
  if (typeof entries === 'object') return `map of ${typeName(entries)}`
  if (schema.properties !== undefined && isMoney(schema)) return 'money'
  if (schema.properties !== undefined || schema.oneOf !== undefined) return 'object'
  if (schema.type === 'string') return schema.format === 'date' ? 'day' : 'text'
  return schema.type ?? 'any'
}

function isMoney({ properties = {} }: ContractSchema): boolean {
  return Object.keys(properties).sort().join() === 'amount,currency'
}
