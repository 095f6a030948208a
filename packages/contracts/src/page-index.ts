import { topicNames } from '@house-helper/events-core'
import { anchor, type DomainPage, generatedBy } from './page.ts'

/** Writes the page that leads to those of all domains, and says how to use the schemas. */
export function indexPage(pages: readonly DomainPage[]): string {
  return [
    generatedBy,
    '',
    '# Contracts',
    '',
    'Every event of House Helper, for readers of any language. How a contract is written: [add an event](../add-an-event.md).',
    '',
    '| domain | about | topic | events |',
    '| --- | --- | --- | --- |',
    ...pages.map((page) => row(page)),
    '',
    ...howTo,
    '',
  ].join('\n')
}

function row({ domain: { name, events }, summary }: DomainPage): string {
  const links = events.map(({ type }) => `[\`${type}\`](${name}.md#${anchor(type)})`).join(', ')
  const [sentence = summary] = /^.*?\.(?= |$)/.exec(summary) ?? []
  return `| [${name}](${name}.md) | ${sentence} | \`${topicNames().domain(name)}\` | ${links} |`
}

const howTo: readonly string[] = [
  '## For other languages',
  '',
  '| file | is |',
  '| --- | --- |',
  '| [asyncapi.yaml](asyncapi.yaml) | the whole system in [AsyncAPI 3](https://www.asyncapi.com/docs/reference/specification/v3.0.0): clusters, topics, operations, messages, examples |',
  '| `<domain>.asyncapi.yaml` | the same for one domain |',
  '| `schemas/<type>@<version>.schema.json` | [JSON Schema 2020-12](https://json-schema.org/draft/2020-12) of the whole messages of one version of an event |',
  '| [schemas/envelope.schema.json](schemas/envelope.schema.json) | what every event carries, whatever its type |',
  '',
  'Publishers are closed and readers are open: this is what lets a contract grow without breaking anybody. So a schema file has two schemas.',
  '',
  '| | use it | fields that the contract lacks | a value that an open enumeration lacks | times | version |',
  '| --- | --- | --- | --- | --- | --- |',
  '| `#` or `#/$defs/reader` | on what arrives | pass; ignore them | passes; expect any text | RFC 3339, any offset and precision | any minor of the major |',
  '| `#/$defs/publisher` | on what you send | refused | refused | UTC with milliseconds | this one |',
  '',
  '`#/$defs/reader-data` and `#/$defs/publisher-data` are the same for `data` alone. Patterns say all; a validator need not know any `format`, nor the keywords `x-house-helper` and `discriminator`, which annotate.',
  '',
  'A message needs no headers. Its key is the subject’s id, and its partition follows from the key by murmur2, as in the Java client; [coming from the Go service](../coming-from-the-go-service.md#settings) has the others.',
]
