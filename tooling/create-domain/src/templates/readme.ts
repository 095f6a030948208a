import { tableMarks, withEventTables } from '@house-helper/contracts'
import type { DomainNames } from '../domain-names.ts'
import { firstDomain } from './contract.ts'

/** The README of a domain package. */
export function readme(names: DomainNames): string {
  return withEventTables(frame(names), firstDomain(names))
}

function frame({ domain, variable, capital, noun, type }: DomainNames): string {
  return `# @house-helper/${domain}

Say in a sentence what this domain is about. Topic \`house-helper.${domain}\`.

## Publish

\`\`\`ts
import { create${capital}Publisher } from '@house-helper/${domain}'

const ${variable} = create${capital}Publisher({ source: '${noun}-service' }) // brokers from KAFKA_BROKERS
await ${variable}.publish(
  '${type}',
  { ${noun}Id: '${noun}-001', name: 'An example' },
  { householdId: 'household-001', userId: 'user-001' },
)
await ${variable}.close()
\`\`\`

\`publish\` resolves once every in-sync replica has the event. A wrong type, a missing or unknown field, a value that its enumeration does not have and a missing \`householdId\` are compile errors, and the same check runs at run time.

## Handle

\`\`\`ts
import { createSubscriber, on${capital} } from '@house-helper/${domain}'

const subscriber = createSubscriber({
  groupId: 'my-service', // or KAFKA_GROUP_ID; its topics: hh-events topics apply --group my-service
  on: [on${capital}({ '${type}': async (event) => console.log(event.data.name) })],
})
await subscriber.start() // resolves once partitions are assigned
await subscriber.closed // rejects if it dies
\`\`\`

One process, one subscriber: handlers of other domains go into the same \`on\`. Events of one household arrive in order. Enumerations may grow, so a handler has to expect values that it does not know. What is waiting of a type can be handled together: give \`{ handleBatch }\`. Options and guarantees: [consumer](../../consumer/README.md), [producer](../../producer/README.md).

## With MongoDB

\`@house-helper/${domain}/mongo\` has what belongs in a service's own transactions (\`mongodb\` is an optional peer): \`create${capital}Outbox\`, whose \`enqueue\` publishes if the transaction commits, \`createOutboxRelay\`, which publishes it, and \`mongoOnce\` with \`on${capital}Once\`, so that a handler's writes happen once. Examples and guarantees: [outbox](../../outbox/README.md).

## Test

\`\`\`ts
import { create${capital}Test, ${variable}Event } from '@house-helper/${domain}/testing'

const world = await create${capital}Test({ on: [on${capital}({ '${type}': handle })] }) // the real pipeline, in memory
await world.deliver(${variable}Event('${type}'), { times: 2 }) // a valid event, which comes twice
await world.handled('${type}')
await world.close()
\`\`\`

With Vitest, node:test or any other runner, without Kafka: [test your service](../../../docs/test-your-service.md).

## Also exported

- \`${variable}\`, the domain with its contracts, for tools.
- \`${capital}EventData<'${type}'>\`, what a publisher says; \`${capital}Event<'${type}'>\`, an event as its handler gets it.

## Events

${tableMarks.begin}
${tableMarks.end}
`
}

/** The changeset of a new domain package. */
export function changeset({ domain }: DomainNames): string {
  return `---
'@house-helper/${domain}': minor
---

Publish and handle the events of ${domain}.
`
}
