import type { z } from 'zod'
import {
  checkedAcceptance,
  compileAcceptance,
  compileByTag,
  isObject,
  lengthCheck,
  type SchemaDef,
} from './acceptance.ts'
import { fieldKind } from './fields.ts'
import { UTC_MILLISECONDS } from './timestamp.ts'

/** What a copy is where the value is not plainly good: the schema itself has to be asked then, which also says why. */
export const REFUSED: unique symbol = Symbol('refused')

/** Copies what a publisher may write, each field read once; gives `REFUSED` for everything else. A refusal may be wrong. */
export type PublishedCopy = (value: unknown) => unknown

type Shape = Readonly<Record<string, z.core.$ZodType>>

/**
 * Compiles a contract's schema into a function that checks and copies what is published, several times as fast as the
 * schema. Undefined where the schema uses something that is left to zod.
 */
export function compilePublishedCopy(schema: z.core.$ZodType): PublishedCopy | undefined {
  const def = schema._zod.def as unknown as SchemaDef
  if (fieldKind(schema) === 'openEnum') return memberCopy(Object.values(def.entries as object))
  if (fieldKind(schema) === 'time')
    return plainCopy((value) => typeof value === 'string' && UTC_MILLISECONDS.test(value))
  switch (def.type) {
    case 'object':
      return objectCopy(def.shape as Shape)
    case 'array':
      return arrayCopy(def)
    case 'optional':
      return exceptCopy(undefined, def)
    case 'nullable':
      return exceptCopy(null, def)
    case 'union':
      return unionCopy(def)
    case 'string':
    case 'number':
    case 'boolean':
    case 'literal':
    case 'enum': {
      const accepts = compileAcceptance(schema)
      return accepts && plainCopy(accepts)
    }
    default:
      return undefined
  }
}

function plainCopy(accepts: (value: unknown) => boolean): PublishedCopy {
  return (value) => (accepts(value) ? value : REFUSED)
}

function memberCopy(members: readonly unknown[]): PublishedCopy {
  const all = new Set(members)
  return plainCopy((value) => all.has(value))
}

function exceptCopy(exception: unknown, def: SchemaDef): PublishedCopy | undefined {
  const copy = compilePublishedCopy(def.innerType as z.core.$ZodType)
  return copy && ((value) => (value === exception ? value : copy(value)))
}

function objectCopy(shape: Shape): PublishedCopy | undefined {
  const fields: { readonly name: string; readonly copy: PublishedCopy }[] = []
  for (const [name, schema] of Object.entries(shape)) {
    const copy = compilePublishedCopy(schema)
    // A copy would get another prototype instead of a field of that name.
    if (copy === undefined || name === '__proto__') return undefined
    fields.push({ name, copy })
  }
  const names = new Set(Object.keys(shape))
  return (value) => {
    if (!isObject(value)) return REFUSED
    for (const name in value) if (!names.has(name)) return REFUSED
    const copied: Record<string, unknown> = {}
    for (const { name, copy } of fields) {
      const field = copy(value[name])
      if (field === REFUSED) return REFUSED
      if (field !== undefined) copied[name] = field
    }
    return copied
  }
}

function arrayCopy(def: SchemaDef): PublishedCopy | undefined {
  const copy = compilePublishedCopy(def.element as z.core.$ZodType)
  const accepts = checkedAcceptance<readonly unknown[]>(Array.isArray, def, lengthCheck)
  if (copy === undefined || accepts === undefined) return undefined
  return (value) => {
    if (!Array.isArray(value)) return REFUSED
    const copied: unknown[] = []
    for (let index = 0, { length } = value; index < length; index++) {
      const element = copy(value[index])
      if (element === REFUSED) return REFUSED
      copied.push(element)
    }
    return accepts(copied) ? copied : REFUSED
  }
}

function unionCopy(def: SchemaDef): PublishedCopy | undefined {
  const discriminator = String(def.discriminator)
  const byTag = compileByTag(def, compilePublishedCopy)
  // The option looks at the discriminator again, and what it sees is what it copies.
  return byTag && ((value) => (isObject(value) ? (byTag.get(value[discriminator])?.(value) ?? REFUSED) : REFUSED))
}
