import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  asyncApiDocument,
  type DomainPage,
  domainPage,
  domainSummary,
  envelopeFile,
  indexPage,
  schemaFile,
  schemaFileName,
  withEventTables,
} from '@house-helper/contracts'
import { type DomainPackage, loadDomainPackages } from '@house-helper/create-domain'
import { stringify } from 'yaml'

/** The folder of everything generated but the READMEs' tables, from the root of the workspace. */
export const generatedFolder = 'docs/contracts'

type Files = readonly (readonly [path: string, text: string])[]

/** Everything that follows from the contracts of a workspace, by its path from the root. The same for the same contracts. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const packages = [...(await loadDomainPackages(root))].sort((a, b) => (a.name < b.name ? -1 : 1))
  const pages = packages.map(({ domain, folder }) => ({
    domain,
    summary: domainSummary(readFileSync(join(folder, 'README.md'), 'utf8')),
    version: versionIn(folder),
  }))
  return new Map([
    ...packages.map((one) => readme(root, one)),
    ...inFolder([
      ['README.md', indexPage(pages)],
      ['asyncapi.yaml', systemDocument(root, pages)],
      ...pages.flatMap((page) => domainFiles(page)),
      ['schemas/envelope.schema.json', json(envelopeFile())],
    ]),
  ])
}

function inFolder(files: Files): Files {
  return files.map(([path, text]) => [`${generatedFolder}/${path}`, text])
}

function readme(root: string, { folder, domain }: DomainPackage): readonly [path: string, text: string] {
  const file = join(folder, 'README.md')
  return [relative(root, file), withEventTables(readFileSync(file, 'utf8'), domain)]
}

function domainFiles(page: DomainPage): Files {
  const { domain } = page
  const contracts = domain.events.flatMap((contract) => contract.versions)
  return [
    [`${domain.name}.md`, domainPage(page)],
    [`${domain.name}.asyncapi.yaml`, domainDocument(page)],
    ...contracts.map((contract) => [`schemas/${schemaFileName(contract)}`, json(schemaFile(contract))] as const),
  ]
}

function domainDocument({ domain, summary, version }: DomainPage): string {
  const options = { title: `House Helper events: ${domain.name}`, version, description: summary }
  return yaml(asyncApiDocument([domain], { ...options, summaries: new Map([[domain.name, summary]]) }))
}

function systemDocument(root: string, pages: readonly DomainPage[]): string {
  const document = asyncApiDocument(
    pages.map(({ domain }) => domain),
    {
      title: 'House Helper events',
      // All shared packages have one version.
      version: versionIn(join(root, 'packages/events-core')),
      description:
        'Every domain’s events: what its services tell each other over Kafka. There is a page and a document for each domain too.',
      summaries: new Map(pages.map(({ domain, summary }) => [domain.name, summary])),
    },
  )
  return yaml(document)
}

function versionIn(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function yaml(value: object): string {
  const origin = '# Written by `pnpm contracts generate` from the contracts in packages/domains.\n'
  // Many readers are of YAML 1.1, where a bare time is no text. Folded lines and anchors are hard on people.
  return origin + stringify(value, { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false })
}
