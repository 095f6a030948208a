import type { EventContract, Side } from '@house-helper/events-core'
import type { ContractSchema } from './contract-schema.ts'
import { envelopeProperties, type MessageSchema } from './envelope-schema.ts'
import { jsonSchema } from './json-schema.ts'
import { schemaOfSide } from './schema-side.ts'

/** The JSON Schema of the data of a contract, as one side checks it; for a reader, the known values of an `openEnum` are examples. */
export function dataSchema(contract: EventContract, side: Side): MessageSchema {
  const schema = jsonSchema(contract)
  return { ...schemaOfSide(side === 'reader' ? withKnownValues(schema) : schema, side) }
}

function withKnownValues(schema: ContractSchema): ContractSchema {
  const { items, oneOf, anyOf, properties, additionalProperties: values } = schema
  return {
    ...schema,
    ...(schema['x-house-helper'] === 'openEnum' && { examples: schema.enum }),
    ...(items !== undefined && { items: withKnownValues(items) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map(withKnownValues) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(withKnownValues) }),
    ...(typeof values === 'object' && { additionalProperties: withKnownValues(values) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, withKnownValues(field)])),
    }),
  }
}

/**
 * The JSON Schema of a whole message of a contract.
 *
 * A reader's takes every message that a handler of this version gets without a cast: any minor of its major. A
 * publisher's takes what publishers of this version write. `data` goes in as given, so that it can be a reference.
 */
export function messageSchema(contract: EventContract, side: Side, data: MessageSchema): MessageSchema {
  const { type, subject, description } = contract
  const about = `${subject}Id` as const
  const properties = envelopeProperties(side)
  return {
    title: `${type} ${contract.version}`,
    description,
    type: 'object',
    properties: {
      ...properties,
      type: { const: type },
      [about]: {
        ...properties[about],
        type: 'string',
        minLength: 1,
        description: `The ${subject} ${subject === 'user' ? 'whom' : 'that'} it is about, and the key of its message.`,
      },
      version: versionSchema(contract, side),
      data,
    },
    required: ['id', 'type', 'source', about, 'timestamp', 'version', 'data'],
    ...(side === 'publisher' && { additionalProperties: false }),
  }
}

function versionSchema({ version, major }: EventContract, side: Side): MessageSchema {
  if (side === 'publisher') return { const: version }
  return {
    type: 'string',
    pattern: `^${major}(?:\\.\\d{1,9})?$`,
    description: `${major} with any minor: a minor version only adds, and readers ignore what they do not know.`,
  }
}
