import type { Domain, EventContract } from '@house-helper/events-core'
import { camelCase, capitalCase } from './domain-text.ts'
import { fieldTable } from './event-table.ts'
import { exampleMessage, exampleSubject } from './example-message.ts'
import { literal } from './literal.ts'
import { schemaFileName } from './schema-file.ts'

/** The part of a domain's page that is about one contract: what it says, its fields, an example, how to use it. */
export function eventPart(domain: Domain, contract: EventContract): string {
  const { type, description } = contract
  return [
    `## ${type}`,
    '',
    description,
    '',
    facts(contract),
    '',
    fieldTable(contract),
    '',
    'On the wire, with every field:',
    '',
    fenced('json', literal(exampleMessage(domain, contract), 'json')),
    '',
    'Publish, from the command line and from a service:',
    '',
    fenced('bash', shellCommand(contract)),
    '',
    fenced('ts', publishing(domain, contract)),
    '',
    'Handle:',
    '',
    fenced('ts', handling(domain, contract)),
    '',
    ...contract.versions.slice(1).flatMap((older) => olderVersion(domain, older)),
  ].join('\n')
}

function facts(contract: EventContract): string {
  const { version, versions, publishAs, subject } = contract
  const oldest = versions.at(-1)?.version ?? version
  const since = oldest === version ? `Version ${version}` : `Version ${version}, since ${oldest}`
  return [
    `${since}; about a ${subject}: \`${subject}Id\` is required and is the message’s key.`,
    ...(publishAs === version ? [] : [`Publishers still write ${publishAs}, so that all readers can be ready first.`]),
    `[JSON Schema](schemas/${schemaFileName(contract)})`,
  ].join(' ')
}

function olderVersion(domain: Domain, contract: EventContract): readonly string[] {
  const { type, version } = contract
  return [
    `### ${type} ${version}`,
    '',
    `An older version, which the log still has: handlers get it in the newest form. [JSON Schema](schemas/${schemaFileName(contract)})`,
    '',
    fieldTable(contract),
    '',
    fenced('json', literal(exampleMessage(domain, contract), 'json')),
    '',
  ]
}

function shellCommand(contract: EventContract): string {
  const { householdId, userId } = exampleSubject(contract)
  const about = `${householdId === undefined ? '' : `--household ${householdId} `}--user ${userId}`
  const data = JSON.stringify(contract.example).replaceAll("'", "'\\''")
  return `hh-events publish ${contract.type} ${about} \\\n  --data '${data}'`
}

function publishing({ name }: Domain, contract: EventContract): string {
  const variable = camelCase(name)
  const create = `create${capitalCase(name)}Publisher`
  const data = literal(contract.example, 'ts', '  ')
  return [
    `import { ${create} } from '@house-helper/${name}'`,
    '',
    `const ${variable} = ${create}({ source: '${name}-service' })`,
    `await ${variable}.publish(`,
    `  '${contract.type}',`,
    `  ${data},`,
    `  ${literal(exampleSubject(contract), 'ts')},`,
    ')',
  ].join('\n')
}

function handling({ name }: Domain, { type, subject, schema }: EventContract): string {
  const [first = ''] = Object.keys(schema.shape)
  const on = `on${capitalCase(name)}`
  return [
    `import { createSubscriber, ${on} } from '@house-helper/${name}'`,
    '',
    'const subscriber = createSubscriber({',
    "  groupId: 'my-service',",
    `  on: [${on}({ '${type}': async (event) => console.log(event.${subject}Id, event.data.${first}) })],`,
    '})',
    'await subscriber.start()',
  ].join('\n')
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
