import { type Domain, type EventContract, topicNames } from '@house-helper/events-core'
import { eventPart } from './page-event.ts'

/** A domain as its page describes it. */
export interface DomainPage {
  readonly domain: Domain
  /** What it is about, in a sentence or more. */
  readonly summary: string
  /** The version of its package. */
  readonly version: string
}

/** The line that says where a generated page comes from. */
export const generatedBy = '<!-- Written by `pnpm contracts generate` from the contracts in packages/domains. -->'

/** Writes the Markdown page of a domain: its events, each with fields, example, publishing and handling. */
export function domainPage({ domain, summary, version }: DomainPage): string {
  const { name, events } = domain
  return [
    generatedBy,
    '',
    `# ${name}`,
    '',
    summary,
    '',
    `Topic \`${topicNames().domain(name)}\` · package [\`@house-helper/${name}\`](../../packages/domains/${name}/README.md) ${version} · [AsyncAPI](${name}.asyncapi.yaml) · [all domains](README.md)`,
    '',
    '| event | says | version | about |',
    '| --- | --- | --- | --- |',
    ...events.map((contract) => row(contract)),
    '',
    events
      .map((contract) => eventPart(domain, contract))
      .join('\n')
      .trimEnd(),
    '',
  ].join('\n')
}

function row({ type, description, version, subject }: EventContract): string {
  return `| [\`${type}\`](#${anchor(type)}) | ${description} | ${version} | ${subject} |`
}

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
