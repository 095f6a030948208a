import type { EventContract, SubjectKind } from '@house-helper/events-core'
import type { ContractSchema, JsonValue } from './contract-schema.ts'
import { jsonSchema } from './json-schema.ts'

/** What the lock file keeps of one version of an event. */
export interface LockedVersion {
  readonly subject: SubjectKind
  /** The neutral schema, without descriptions. */
  readonly schema: ContractSchema
  /** Valid data. */
  readonly example: JsonValue
}

/** What would be locked of a contract. */
export function lockedVersion(contract: EventContract): LockedVersion {
  const { subject, example } = contract
  return { subject, schema: withoutDescriptions(jsonSchema(contract)), example: example as JsonValue }
}

/** Whether two versions promise the same: subject and schema, whatever the order of properties and of listed values. */
export function isSamePromise(a: LockedVersion, b: LockedVersion): boolean {
  return a.subject === b.subject && canonical(a.schema) === canonical(b.schema)
}

/** A value as a text that does not depend on the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (Array.isArray(part)) return key === 'required' || key === 'enum' ? part.map(String).toSorted() : part
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function withoutDescriptions({ description: _, ...schema }: ContractSchema): ContractSchema {
  const { properties, items, oneOf, anyOf, additionalProperties: values } = schema
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withoutDescriptions(property)]),
      ),
    }),
    ...(items !== undefined && { items: withoutDescriptions(items) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map(withoutDescriptions) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(withoutDescriptions) }),
    ...(typeof values === 'object' && { additionalProperties: withoutDescriptions(values) }),
  }
}
