import type { z } from 'zod'
import { fieldKind } from './fields.ts'
import { ID_PATTERN, isEventId } from './ids.ts'
import { RFC3339 } from './timestamp.ts'

/** Says whether a value is accepted. A no may be wrong: the schema itself has to be asked then, which also says why. */
export type Acceptance = (value: unknown) => boolean

/** What a schema is made of, as zod keeps it. */
export type SchemaDef = Readonly<Record<string, unknown>> & {
  readonly type?: string
  readonly checks?: readonly z.core.$ZodCheck[]
}

/** Formats that are nothing but a pattern. */
const patternFormats = new Set(['regex', 'email', 'uuid', 'guid', 'datetime', 'date', 'time', 'duration'])

/**
 * Compiles a contract's schema into a function that says, about four times as fast as the schema, that a reader accepts a
 * value. Undefined where the schema uses something that is left to zod.
 *
 * A service spends more time on checking an event than on anything but parsing it, and nearly all events are good.
 */
export function compileAcceptance(schema: z.core.$ZodType): Acceptance | undefined {
  const def = schema._zod.def as unknown as SchemaDef
  const kind = fieldKind(schema)
  if (kind === 'openEnum') return isString
  if (kind === 'time') return (value) => typeof value === 'string' && RFC3339.test(value)
  switch (def.type) {
    case 'object':
      return objectAcceptance(def.shape as Readonly<Record<string, z.core.$ZodType>>)
    case 'array':
      return arrayAcceptance(def)
    case 'record':
      return recordAcceptance(def)
    case 'string':
      return checkedAcceptance(isString, def, stringCheck)
    case 'number':
      return checkedAcceptance(isNumber, def, numberCheck)
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'literal':
      return memberAcceptance(def.values as readonly unknown[])
    case 'enum':
      return memberAcceptance(Object.values(def.entries as object))
    case 'optional':
      return orAcceptance(undefined, def)
    case 'nullable':
      return orAcceptance(null, def)
    case 'union':
      return unionAcceptance(def)
    default:
      return undefined
  }
}

function objectAcceptance(shape: Readonly<Record<string, z.core.$ZodType>>): Acceptance | undefined {
  const fields: { readonly name: string; readonly accepts: Acceptance }[] = []
  for (const [name, schema] of Object.entries(shape)) {
    const accepts = compileAcceptance(schema)
    if (accepts === undefined) return undefined
    fields.push({ name, accepts })
  }
  return (value) => {
    if (!isObject(value)) return false
    for (const { name, accepts } of fields) if (!accepts(value[name])) return false
    return true
  }
}

function arrayAcceptance(def: SchemaDef): Acceptance | undefined {
  const element = compileAcceptance(def.element as z.core.$ZodType)
  const isArray = checkedAcceptance<readonly unknown[]>(Array.isArray, def, lengthCheck)
  return element && isArray && ((value) => isArray(value) && (value as readonly unknown[]).every(element))
}

function recordAcceptance(def: SchemaDef): Acceptance | undefined {
  const acceptsKey = compileAcceptance(def.keyType as z.core.$ZodType)
  const acceptsValue = compileAcceptance(def.valueType as z.core.$ZodType)
  if (acceptsKey === undefined || acceptsValue === undefined) return undefined
  return (value) => {
    if (!isObject(value)) return false
    for (const [name, each] of Object.entries(value)) {
      // What zod makes of these is its own affair.
      if (name === '__proto__' || name === 'constructor') return false
      if (!acceptsKey(name) || !acceptsValue(each)) return false
    }
    return true
  }
}

function orAcceptance(exception: unknown, def: SchemaDef): Acceptance | undefined {
  const accepts = compileAcceptance(def.innerType as z.core.$ZodType)
  return accepts && ((value) => value === exception || accepts(value))
}

function memberAcceptance(members: readonly unknown[]): Acceptance {
  const all = new Set(members)
  return (value) => all.has(value)
}

function unionAcceptance(def: SchemaDef): Acceptance | undefined {
  const discriminator = String(def.discriminator)
  const byTag = compileByTag(def, compileAcceptance)
  return byTag && ((value) => isObject(value) && (byTag.get(value[discriminator])?.(value) ?? false))
}

/** Compiles each option of a discriminated union, by the values of its discriminator; undefined where one is left to zod. */
export function compileByTag<Compiled>(
  def: SchemaDef,
  compile: (option: z.core.$ZodType) => Compiled | undefined,
): ReadonlyMap<unknown, Compiled> | undefined {
  const discriminator = String(def.discriminator)
  const byTag = new Map<unknown, Compiled>()
  for (const option of def.options as readonly z.ZodObject[]) {
    const compiled = compile(option)
    const tags = option._zod.def.shape?.[discriminator]?._zod.values
    if (compiled === undefined || tags === undefined) return undefined
    for (const tag of tags) byTag.set(tag, compiled)
  }
  return byTag
}

/** A type with all of its checks; undefined where one of them is left to zod. */
export function checkedAcceptance<Value>(
  isOfType: (value: unknown) => value is Value,
  def: SchemaDef,
  compile: (check: SchemaDef) => ((value: Value) => boolean) | undefined,
): Acceptance | undefined {
  // A format such as z.email() or z.int() is a schema and its own check.
  const own = def.check === undefined ? [] : [def]
  const all = [...own, ...(def.checks ?? []).map((check) => check._zod.def as unknown as SchemaDef)]
  const checks: ((value: Value) => boolean)[] = []
  for (const each of all) {
    const check = compile(each)
    if (check === undefined) return undefined
    checks.push(check)
  }
  const [first, ...others] = checks
  if (first === undefined) return isOfType
  // Most have one check only, and a loop costs more than that.
  if (others.length === 0) return (value) => isOfType(value) && first(value)
  return (value) => isOfType(value) && checks.every((check) => check(value))
}

function stringCheck(check: SchemaDef): ((value: string) => boolean) | undefined {
  if (check.check !== 'string_format') return lengthCheck(check)
  const { pattern, format } = check
  // A pattern with the flag g or y remembers where it was.
  if (!patternFormats.has(String(format)) || !(pattern instanceof RegExp) || /[gy]/.test(pattern.flags))
    return undefined
  if (String(pattern) === String(ID_PATTERN)) return isEventId
  return (value) => pattern.test(value)
}

/** One check of a length; undefined where it is another one. */
export function lengthCheck({
  check,
  minimum,
  maximum,
  length,
}: SchemaDef): ((value: { length: number }) => boolean) | undefined {
  if (check === 'min_length') return (value) => value.length >= (minimum as number)
  if (check === 'max_length') return (value) => value.length <= (maximum as number)
  if (check === 'length_equals') return (value) => value.length === length
  return undefined
}

function numberCheck({ check, value: bound, inclusive, format }: SchemaDef): ((value: number) => boolean) | undefined {
  if (check === 'number_format' && format === 'safeint') return Number.isSafeInteger
  if (typeof bound !== 'number') return undefined
  if (check === 'greater_than') return inclusive ? (value) => value >= bound : (value) => value > bound
  if (check === 'less_than') return inclusive ? (value) => value <= bound : (value) => value < bound
  return undefined
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

/** Whether it has fields: an object that is no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
