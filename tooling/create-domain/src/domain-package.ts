import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Domain } from '@house-helper/events-core'

/** A domain package of a workspace, loaded from its sources. */
export interface DomainPackage {
  /** The domain's name, which names its folder too. */
  readonly name: string
  readonly folder: string
  readonly domain: Domain
  /** Everything that the package exports. */
  readonly exports: Readonly<Record<string, unknown>>
}

/** The folders of a workspace's domain packages, by name. */
export function domainFolders(root: string): ReadonlyMap<string, string> {
  const parent = join(root, 'packages/domains')
  const names = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return new Map(names.map(({ name }) => [name, join(parent, name)]))
}

/** Loads the domain packages of a workspace. */
export async function loadDomainPackages(root: string): Promise<readonly DomainPackage[]> {
  return Promise.all([...domainFolders(root)].map(([name, folder]) => loadDomainPackage(name, folder)))
}

async function loadDomainPackage(name: string, folder: string): Promise<DomainPackage> {
  const exports = (await import(pathToFileURL(join(folder, 'src/index.ts')).href)) as Record<string, unknown>
  const domain = Object.values(exports).find(isDomain)
  if (domain === undefined)
    throw new Error(`${folder}/src/index.ts exports no domain; export what defineDomain returns.`)
  return { name, folder, domain, exports }
}

function isDomain(value: unknown): value is Domain {
  return typeof value === 'object' && value !== null && 'events' in value && 'contract' in value
}
