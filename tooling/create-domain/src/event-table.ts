import type { Domain, EventContract } from '@house-helper/events-core'
import { contractFields } from './contract-field.ts'

/** The lines of a README between which its event tables are written. */
export const tableMarks = {
  begin: '<!-- events: written by `pnpm create-domain --tables` -->',
  end: '<!-- /events -->',
}

/** Writes the events of a domain as Markdown: a heading, a sentence and a table of fields for each. */
function eventTables(domain: Domain): string {
  return domain.events.map((contract) => eventTable(contract)).join('\n')
}

/** Replaces what stands between the marks of a README by the domain's tables. */
export function withEventTables(readme: string, domain: Domain): string {
  const begin = readme.indexOf(tableMarks.begin)
  const end = readme.indexOf(tableMarks.end)
  if (begin === -1 || end < begin) {
    throw new Error(`The README of ${domain.name} lacks the lines ${tableMarks.begin} and ${tableMarks.end}.`)
  }
  return `${readme.slice(0, begin + tableMarks.begin.length)}\n${eventTables(domain)}\n${readme.slice(end)}`
}

function eventTable(contract: EventContract): string {
  const rows = contractFields(contract.schema).map(
    ({ path, type, required, description }) =>
      `| \`${path}\` | ${type} | ${required ? 'yes' : ''} | ${description ?? ''} |`,
  )
  return [
    `### ${contract.type}`,
    '',
    `${contract.description} Version ${contract.version}; about a ${contract.subject}.`,
    '',
    '| field | type | required | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
