import type { Domain, EventContract } from '@house-helper/events-core'
import { contractFields } from './contract-field.ts'
import { ContractsError } from './errors.ts'
import { jsonSchema } from './json-schema.ts'

/** The lines of a README between which its event tables are written. */
export const tableMarks: { readonly begin: string; readonly end: string } = {
  begin: '<!-- events: written by `pnpm contracts generate` -->',
  end: '<!-- /events -->',
}

/**
 * Replaces what stands between the marks of a README by the domain's tables.
 *
 * @throws ContractsError `README_UNMARKED` when it lacks the marks.
 */
export function withEventTables(readme: string, domain: Domain): string {
  const begin = readme.indexOf(tableMarks.begin)
  const end = readme.indexOf(tableMarks.end)
  if (begin === -1 || end < begin) {
    const message = `The README of ${domain.name} lacks the lines ${tableMarks.begin} and ${tableMarks.end}.`
    throw new ContractsError('README_UNMARKED', message, { details: { domain: domain.name } })
  }
  const tables = domain.events.map((contract) => eventSection(contract)).join('\n')
  return `${readme.slice(0, begin + tableMarks.begin.length)}\n${tables}\n${readme.slice(end)}`
}

function eventSection(contract: EventContract): string {
  const about = `${contract.description} Version ${contract.version}; about a ${contract.subject}.`
  return [`### ${contract.type}`, '', about, '', fieldTable(contract), ''].join('\n')
}

/** The fields of a contract as a Markdown table. */
export function fieldTable(contract: EventContract): string {
  const rows = contractFields(jsonSchema(contract)).map(
    ({ path, type, required, description }) =>
      `| \`${path}\` | ${cell(type)} | ${required ? 'yes' : ''} | ${cell(description ?? '')} |`,
  )
  return ['| field | type | required | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
