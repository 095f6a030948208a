import { z } from 'zod'
import { fieldKind, publishedTime } from './fields.ts'

/** Who checks: a `publisher` is closed to fields and values that the contract does not have, a `reader` is open to them. */
export type Side = 'publisher' | 'reader'

/** Something in a schema that contracts may not use, with the path to it. */
export interface SchemaProblem {
  readonly path: readonly string[]
  readonly message: string
}

type Def = Readonly<Record<string, unknown>> & { readonly type: string; readonly checks?: readonly z.core.$ZodCheck[] }

const stringFormats = new Set([
  'regex',
  'email',
  'uuid',
  'guid',
  'datetime',
  'date',
  'time',
  'duration',
  'starts_with',
  'ends_with',
  'includes',
  'lowercase',
  'uppercase',
])
const plainChecks = new Set([
  'min_length',
  'max_length',
  'length_equals',
  'greater_than',
  'less_than',
  'multiple_of',
  'number_format',
])

/**
 * Lists what in a schema is outside the allow-list of contracts: object, array, string-keyed record, string, number,
 * integer and their standard checks, boolean, literal, enum, openEnum, discriminated union, nullable, optional, money,
 * time and id.
 *
 * Anything else cannot be compared between versions or written down as JSON Schema, or changes what it validates.
 */
export function schemaProblems(schema: z.core.$ZodType, path: readonly string[] = []): SchemaProblem[] {
  const def = defOf(schema)
  return [
    ...nodeProblems(def, path),
    ...children(def).flatMap(([name, child]) => schemaProblems(child, [...path, name])),
  ]
}

/** Builds the schema that one side checks with. The given schema has no `schemaProblems`. */
export function schemaFor(side: Side, schema: z.core.$ZodType): z.ZodType {
  const def = defOf(schema)
  const kind = fieldKind(schema)
  if (kind === 'openEnum') return side === 'publisher' ? (schema as z.ZodType) : z.string()
  if (kind === 'time') return side === 'publisher' ? publishedTime : (schema as z.ZodType)
  switch (def.type) {
    case 'object': {
      const shape = Object.fromEntries(children(def).map(([name, child]) => [name, schemaFor(side, child)]))
      return side === 'publisher' ? z.strictObject(shape) : z.object(shape)
    }
    case 'array':
      return z.array(schemaFor(side, inner(def, 'element'))).check(...((def.checks ?? []) as []))
    case 'record':
      return recordFor(side, def)
    case 'optional':
      return z.optional(schemaFor(side, inner(def, 'innerType')))
    case 'nullable':
      return z.nullable(schemaFor(side, inner(def, 'innerType')))
    case 'union': {
      const options = children(def).map(([, child]) => schemaFor(side, child)) as unknown as [z.ZodObject, z.ZodObject]
      return z.discriminatedUnion(String(def.discriminator), options)
    }
    default:
      return schema as z.ZodType
  }
}

/** zod passes over a key `__proto__` without a word: a publisher would send less than it was given. */
function recordFor(side: Side, def: Def): z.ZodType {
  const record = z.record(inner(def, 'keyType') as z.ZodString, schemaFor(side, inner(def, 'valueType')))
  if (side === 'reader') return record
  const isWhole = (value: unknown) => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__')
  return z.custom(isWhole, { error: 'cannot have the key __proto__' }).pipe(record)
}

function nodeProblems(def: Def, path: readonly string[]): SchemaProblem[] {
  const problem = (message: string): SchemaProblem[] => [{ path, message }]
  if (def.coerce === true) return problem('coercion changes the value; take the type that is on the wire')
  switch (def.type) {
    case 'object':
      if (def.catchall !== undefined) return problem('strictness belongs to the platform; use z.object')
      break
    case 'record':
      if (defOf(inner(def, 'keyType')).type !== 'string') return problem('a record needs string keys')
      break
    case 'union':
      if (def.discriminator === undefined) return problem('a union needs a discriminator; use z.discriminatedUnion')
      break
    case 'array':
    case 'string':
    case 'number':
    case 'boolean':
    case 'literal':
    case 'enum':
    case 'optional':
    case 'nullable':
      break
    default:
      return problem(`z.${def.type} is not allowed in a contract`)
  }
  return checksOf(def)
    .flatMap((check) => checkProblem(check))
    .flatMap(problem)
}

function checksOf(def: Def): readonly Def[] {
  // A format such as z.email() or z.int() is a schema and its own check.
  const own = def.check === undefined ? [] : [def]
  return [...own, ...(def.checks ?? []).map((check) => check._zod.def as unknown as Def)]
}

function checkProblem(def: Def): string[] {
  const check = String(def.check)
  if (plainChecks.has(check)) return []
  if (check === 'string_format') {
    const format = String(def.format)
    return stringFormats.has(format) ? [] : [`the string format "${format}" is not allowed in a contract`]
  }
  if (check === 'overwrite') return ['a check that changes the value (trim, toLowerCase) is not allowed in a contract']
  return [`the check "${check}" (a refinement) is not allowed in a contract`]
}

function children(def: Def): [name: string, child: z.core.$ZodType][] {
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape as Record<string, z.core.$ZodType>)
    case 'array':
      return [['[]', inner(def, 'element')]]
    case 'record':
      return [['*', inner(def, 'valueType')]]
    case 'optional':
    case 'nullable':
      // Optional and nullable are no step of the path.
      return [['', inner(def, 'innerType')]]
    case 'union':
      return (def.options as z.core.$ZodType[]).map((option, index) => [`|${index}`, option])
    default:
      return []
  }
}

function inner(def: Def, name: string): z.core.$ZodType {
  return def[name] as z.core.$ZodType
}

function defOf(schema: z.core.$ZodType): Def {
  return schema._zod.def as unknown as Def
}
