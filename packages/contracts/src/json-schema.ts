import { type EventContract, fieldKind, RFC3339 } from '@house-helper/events-core'
import { z } from 'zod'
import type { ContractSchema, JsonValue } from './contract-schema.ts'
import { ContractsError } from './errors.ts'
import { numberKeywords } from './number-keywords.ts'
import { stringKeywords } from './string-keywords.ts'
import { type Def, defOf, inner, type Place } from './zod-def.ts'

/**
 * The JSON Schema 2020-12 of a contract's data, the same for both sides: objects are closed, and what publishers and
 * readers check differently is marked by `x-house-helper`. Keywords and properties come in a fixed order, properties in
 * that of the contract.
 *
 * @throws ContractsError `SCHEMA_INEXPRESSIBLE` naming the path, when JSON Schema cannot say what zod checks: a pattern
 * with flags, a literal that JSON does not have.
 */
export function jsonSchema(contract: Pick<EventContract, 'type' | 'version' | 'schema'>): ContractSchema {
  return schemaAt(contract.schema, { contract: `${contract.type}@${contract.version}`, path: ['data'] })
}

function schemaAt(schema: z.core.$ZodType, place: Place): ContractSchema {
  const description = (z.globalRegistry.get(schema) as { description?: string } | undefined)?.description
  const keywords = keywordsOf(schema, place)
  if (description === undefined) return keywords
  // A wrapper's own description goes before that of what it wraps.
  return { ...keywords, description }
}

function keywordsOf(schema: z.core.$ZodType, place: Place): ContractSchema {
  const def = defOf(schema)
  switch (fieldKind(schema)) {
    case 'time':
      return { type: 'string', 'x-house-helper': 'time', format: 'date-time', pattern: RFC3339.source }
    case 'openEnum':
      return { type: 'string', 'x-house-helper': 'openEnum', enum: valuesOf(schema, place) }
    case 'id':
      return { type: 'string', 'x-house-helper': 'id', ...stringKeywords(def, place) }
    case undefined:
      return plainKeywords(schema, def, place)
  }
}

function plainKeywords(schema: z.core.$ZodType, def: Def, place: Place): ContractSchema {
  switch (def.type) {
    case 'object':
      return objectKeywords(def, place)
    case 'record':
      return recordKeywords(def, place)
    case 'array':
      return arrayKeywords(def, place)
    case 'optional':
      return schemaAt(inner(def, 'innerType'), place)
    case 'nullable':
      return { anyOf: [schemaAt(inner(def, 'innerType'), place), { type: 'null' }] }
    case 'union':
      return unionKeywords(def, place)
    case 'string':
      return { type: 'string', ...stringKeywords(def, place) }
    case 'number':
      return numberKeywords(def)
    case 'boolean':
      return { type: 'boolean' }
    case 'literal':
    case 'enum':
      return valueKeywords(valuesOf(schema, place))
    default:
      throw inexpressible(place, `z.${def.type} is not allowed in a contract`)
  }
}

function objectKeywords(def: Def, place: Place): ContractSchema {
  const shape = Object.entries(def.shape as Record<string, z.core.$ZodType>)
  const required = shape.filter(([, child]) => child._zod.optin === undefined).map(([name]) => name)
  const properties = shape.map(([name, child]) => [name, schemaAt(child, below(place, name))] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

function recordKeywords(def: Def, place: Place): ContractSchema {
  const keys = stringKeywords(defOf(inner(def, 'keyType')), place)
  return {
    type: 'object',
    ...(Object.keys(keys).length > 0 && { propertyNames: keys }),
    additionalProperties: schemaAt(inner(def, 'valueType'), below(place, '*')),
  }
}

function arrayKeywords(def: Def, place: Place): ContractSchema {
  return {
    type: 'array',
    ...lengths(def),
    items: schemaAt(inner(def, 'element'), below(place, '[]')),
  }
}

function lengths(def: Def): ContractSchema {
  const checks = (def.checks ?? []).map((check) => check._zod.def as unknown as Record<string, number>)
  const minima = checks.flatMap((check) => check.minimum ?? check.length ?? [])
  const maxima = checks.flatMap((check) => check.maximum ?? check.length ?? [])
  return {
    ...(minima.length > 0 && { minItems: Math.max(...minima) }),
    ...(maxima.length > 0 && { maxItems: Math.min(...maxima) }),
  }
}

function unionKeywords(def: Def, place: Place): ContractSchema {
  const options = def.options as readonly z.core.$ZodType[]
  return {
    oneOf: options.map((option, index) => schemaAt(option, below(place, `|${index}`))),
    discriminator: String(def.discriminator),
  }
}

function valueKeywords(values: readonly JsonValue[]): ContractSchema {
  const types = new Set(values.map((value) => (value === null ? 'null' : typeof value)))
  const [type] = types
  return {
    ...(types.size === 1 && { type: type as NonNullable<ContractSchema['type']> }),
    ...(values.length === 1 ? { const: values[0] as JsonValue } : { enum: values }),
  }
}

function valuesOf(schema: z.core.$ZodType, place: Place): readonly JsonValue[] {
  return [...(schema._zod.values ?? [])].map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw inexpressible(place, `JSON has no value ${String(value)}`)
  })
}

function below(place: Place, name: string): Place {
  return { ...place, path: [...place.path, name] }
}

function inexpressible({ contract, path }: Place, why: string): ContractsError {
  const message = `The contract ${contract} cannot be written as JSON Schema: at ${path.join('.')}, ${why}.`
  return new ContractsError('SCHEMA_INEXPRESSIBLE', message, { details: { contract } })
}
