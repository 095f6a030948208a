import { type Domain, defineDomain, defineEvent, id } from '@house-helper/events-core'
import { z } from 'zod'
import type { DomainNames } from '../domain-names.ts'

/** What {@link contract} and {@link domain} write, as a value: the README's first tables are made of it. */
export function firstDomain({ domain, type, noun }: DomainNames): Domain {
  const first = defineEvent({
    type,
    version: '1.0',
    description: 'Say in one sentence what happened.',
    data: z.object({
      [`${noun}Id`]: id().describe(`The ${noun}`),
      name: z.string().min(1).describe('What the household calls it'),
      createdBy: id().optional().describe('The member who did it'),
    }),
    example: { [`${noun}Id`]: `${noun}-001`, name: 'An example' },
  })
  return defineDomain({ name: domain, events: [first] })
}

/** The first contract of a domain. */
export function contract({ contract, type, noun }: DomainNames): string {
  return `import { defineEvent, id, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of \`${type}\`. */
export const ${contract} = defineEvent({
  type: '${type}',
  version: '1.0',
  description: 'Say in one sentence what happened.',
  data: z.object({
    ${noun}Id: id().describe('The ${noun}'),
    name: z.string().min(1).describe('What the household calls it'),
    createdBy: id().optional().describe('The member who did it'),
  }),
  example: { ${noun}Id: '${noun}-001', name: 'An example' },
})

/** What a publisher says with \`${type}\`. */
export type ${capital(contract)}Data = PublishedData<typeof ${contract}>
`
}

/** The domain with its first contract. */
export function domain({ domain, variable, capital: name, contract, contractFile }: DomainNames): string {
  return `import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { ${contract} } from './${contractFile}.ts'

/** The domain \`${domain}\`: every contract of the topic \`house-helper.${domain}\`. */
export const ${variable} = defineDomain({
  name: '${domain}',
  events: [${contract}],
})

/** An event type of this domain. */
export type ${name}EventType = EventTypeOf<typeof ${variable}>

/** What a publisher says with an event of this type. */
export type ${name}EventData<Type extends ${name}EventType> = PublishedData<ContractOf<typeof ${variable}, Type>>
`
}

function capital(variable: string): string {
  return variable.charAt(0).toUpperCase() + variable.slice(1)
}
