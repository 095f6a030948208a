import type { ContractSchema } from './contract-schema.ts'
import { fits } from './example-fit.ts'
import { exampleValue } from './example-value.ts'

/** What {@link exampleOf} takes. */
export interface ExampleOptions {
  /** Values to take where the schema takes them, such as a contract's own example. Default: none. */
  readonly known?: unknown
  /** Where the schema's value is, for the names of its fields and in errors. Default `data`. */
  readonly path?: string
}

interface Place {
  readonly known: unknown
  readonly path: string
  /** Which item of the innermost list this is in, from 0. */
  readonly index: number
}

/**
 * Makes a value that a JSON Schema of a contract takes, with every field that it names: known values first, else what
 * the field's name suggests. The same for the same input.
 *
 * @throws ContractsError `EXAMPLE_IMPOSSIBLE` naming the field for which none can be made.
 */
export function exampleOf(schema: ContractSchema, { known, path = 'data' }: ExampleOptions = {}): unknown {
  return valueFor(schema, { known, path, index: 0 })
}

function valueFor(schema: ContractSchema, place: Place): unknown {
  const options = optionsOf(schema)
  if (options.length > 0) return valueFor(chosen(options, schema.discriminator, place.known), place)
  switch (schema.type) {
    case 'object':
      return objectFor(schema, place)
    case 'array':
      return listFor(schema, place)
    default:
      return isKnown(schema, place.known) ? place.known : exampleValue(schema, place.path, place.index)
  }
}

function isKnown(schema: ContractSchema, known: unknown): boolean {
  return known !== undefined && fits(schema, known)
}

function objectFor(schema: ContractSchema, { known, path, index }: Place): unknown {
  const values = isObject(known) ? known : {}
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const value = valueFor(field, { known: values[name], path: `${path}.${name}`, index })
    return [name, value] as const
  })
  return Object.fromEntries([...fields, ...entriesFor(schema, values, path)])
}

/** The entries of a string-keyed record. */
function entriesFor(
  schema: ContractSchema,
  known: Readonly<Record<string, unknown>>,
  path: string,
): [string, unknown][] {
  const { additionalProperties: values, properties, propertyNames } = schema
  if (typeof values !== 'object' || properties !== undefined) return []
  const key: ContractSchema = { type: 'string', ...propertyNames }
  const made = () => (fits(key, 'example') ? 'example' : String(exampleValue(key, `${path}.*`, 0)))
  const names = Object.keys(known).length > 0 ? Object.keys(known) : [made()]
  return names.map((name) => [name, valueFor(values, { known: known[name], path: `${path}.*`, index: 0 })])
}

function listFor(schema: ContractSchema, { known, path }: Place): unknown {
  const { items = {}, minItems = 1, maxItems = Number.POSITIVE_INFINITY } = schema
  const given: readonly unknown[] = Array.isArray(known) && known.length > 0 ? known : []
  const length = Math.min(maxItems, Math.max(minItems, given.length, 1))
  return Array.from({ length }, (_, index) => valueFor(items, { known: given[index], path: `${path}[]`, index }))
}

/** The options of a union or a nullable; null is left out where it may be something else. */
function optionsOf({ oneOf, anyOf = [] }: ContractSchema): readonly ContractSchema[] {
  if (oneOf !== undefined) return oneOf
  const filled = anyOf.filter((option) => option.type !== 'null')
  return filled.length > 0 ? filled : anyOf
}

/** The option of a union that the known value is one of; else the first. */
function chosen(options: readonly ContractSchema[], discriminator: string | undefined, known: unknown): ContractSchema {
  const isOf = ({ properties }: ContractSchema): boolean => {
    const field = discriminator === undefined ? undefined : properties?.[discriminator]
    return field !== undefined && isObject(known) && fits(field, known[discriminator ?? ''])
  }
  return options.find(isOf) ?? (options[0] as ContractSchema)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
