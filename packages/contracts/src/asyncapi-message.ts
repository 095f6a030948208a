import type { Domain, EventContract } from '@house-helper/events-core'
import type { MessageSchema } from './envelope-schema.ts'
import { exampleMessage } from './example-message.ts'
import { dataSchema, messageSchema } from './message-schema.ts'
import { schemaFileName } from './schema-file.ts'

/** The name under which a contract's message and schema stand in an AsyncAPI document: `task.completed-1.0`. */
export function messageName({ type, version }: EventContract): string {
  return `${type}-${version}`
}

/** The message of a contract, as an AsyncAPI document describes it; its data is among the document's schemas. */
export function asyncApiMessage(domain: Domain, contract: EventContract): MessageSchema {
  const { type, version, subject, description } = contract
  return {
    name: type,
    title: `${type} ${version}`,
    summary: description,
    description: [
      'The payload is what readers take: fields that they do not know are ignored, and enumerations may have further values.',
      `What publishers may send is narrower: \`#/$defs/publisher\` in \`schemas/${schemaFileName(contract)}\`.`,
    ].join(' '),
    contentType: 'application/json',
    tags: [{ name: domain.name }],
    correlationId: { $ref: '#/components/correlationIds/story' },
    headers: { $ref: '#/components/schemas/headers' },
    payload: messageSchema(contract, 'reader', { $ref: `#/components/schemas/${messageName(contract)}.data` }),
    bindings: {
      kafka: {
        key: {
          type: 'string',
          description: `The ${subject}’s id, \`${subject}Id\` of the payload: events about one ${subject} arrive in order.`,
        },
        bindingVersion: '0.5.0',
      },
    },
    examples: [{ name: messageName(contract), summary: description, payload: exampleMessage(domain, contract) }],
  }
}

/** The schema of a contract's data, by its name in an AsyncAPI document. */
export function asyncApiDataSchema(contract: EventContract): readonly [name: string, schema: MessageSchema] {
  return [`${messageName(contract)}.data`, dataSchema(contract, 'reader')]
}
