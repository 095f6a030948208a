import { type Side, UTC_MILLISECONDS } from '@house-helper/events-core'
import type { ContractSchema } from './contract-schema.ts'

/** A key that zod passes over without a word: a publisher is refused it, a reader does not see it. */
const unseenKey = '__proto__'

/**
 * What one side really checks of a contract's neutral schema: a reader lets further properties and any text of an
 * `openEnum` pass; a publisher is held to both, and writes times in UTC with milliseconds.
 */
export function schemaOfSide(schema: ContractSchema, side: Side): ContractSchema {
  const kind = schema['x-house-helper']
  if (kind === 'time')
    return { ...schema, pattern: side === 'publisher' ? UTC_MILLISECONDS.source : (schema.pattern ?? '') }
  if (kind === 'openEnum' && side === 'reader') {
    const { enum: _, ...anyText } = schema
    return anyText
  }
  return { ...schema, ...parts(schema, side), ...objectRules(schema, side) }
}

function parts(schema: ContractSchema, side: Side): ContractSchema {
  const { items, oneOf, anyOf, properties } = schema
  const sided = (part: ContractSchema): ContractSchema => schemaOfSide(part, side)
  return {
    ...(items !== undefined && { items: sided(items) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map(sided) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(sided) }),
    ...(properties !== undefined && { properties: mapped(properties, sided) }),
  }
}

function objectRules(schema: ContractSchema, side: Side): ContractSchema {
  const { additionalProperties: additional, propertyNames = {} } = schema
  if (additional === undefined || additional === true) return {}
  if (additional === false) return { additionalProperties: side === 'reader' }
  const values = { additionalProperties: schemaOfSide(additional, side) }
  return side === 'publisher'
    ? { ...values, propertyNames: { ...propertyNames, not: { const: unseenKey } } }
    : { ...values, patternProperties: { [`^${unseenKey}$`]: true }, ...seenNames(propertyNames) }
}

/** A reader does not see the key either, so it need not be a name that the record allows. */
function seenNames(propertyNames: ContractSchema): ContractSchema {
  if (Object.keys(propertyNames).length === 0) return {}
  return { propertyNames: { anyOf: [propertyNames, { const: unseenKey }] } }
}

function mapped(
  properties: Readonly<Record<string, ContractSchema>>,
  map: (schema: ContractSchema) => ContractSchema,
): Readonly<Record<string, ContractSchema>> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, map(schema)]))
}
