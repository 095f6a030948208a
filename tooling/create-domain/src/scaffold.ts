import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DomainNames, domainNames } from './domain-names.ts'
import { domainFolders, loadDomainPackages } from './domain-package.ts'
import { CreateDomainError } from './errors.ts'
import { contract, domain } from './templates/contract.ts'
import { packageJson, tsconfigBuild } from './templates/package-json.ts'
import { changeset, readme } from './templates/readme.ts'
import { handlers, indexFile, mongo, publisher, testing } from './templates/service-view.ts'
import { domainTest, typeTest } from './templates/tests.ts'

/** A domain package that was written. */
export interface Scaffolded {
  readonly names: DomainNames
  /** Paths from the root of the workspace. */
  readonly files: readonly string[]
}

/**
 * Writes a new domain package with one contract into a workspace, and a changeset for it.
 *
 * @throws CreateDomainError `NAME_INVALID`; `ALREADY_EXISTS` when the package or the event type is there already, and
 * nothing is written.
 */
export async function scaffoldDomain(root: string, name: string, type?: string): Promise<Scaffolded> {
  const names = domainNames(name, type)
  await refuseTaken(root, names)
  const files = domainFiles(names)
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { flag: 'wx' })
  }
  format(root, `packages/domains/${name}`)
  return { names, files: [...files.keys()] }
}

/** Lines break where the names of this domain make them too long. */
function format(root: string, folder: string): void {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'check', '--write', '--vcs-enabled=false', folder]
  const { status, error, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`Biome could not format ${folder}: ${stderr}`, { cause: error })
}

async function refuseTaken(root: string, { domain: name, type }: DomainNames): Promise<void> {
  if (domainFolders(root).has(name)) {
    throw new CreateDomainError('ALREADY_EXISTS', `packages/domains/${name} exists; nothing was written.`)
  }
  if (existsSync(join(root, changesetPath(name)))) {
    throw new CreateDomainError('ALREADY_EXISTS', `${changesetPath(name)} exists; nothing was written.`)
  }
  const owner = (await loadDomainPackages(root)).find((other) => other.domain.contract(type) !== undefined)
  if (owner !== undefined) {
    const message = `The domain ${owner.name} has the event type ${type}; choose another with --event.`
    throw new CreateDomainError('ALREADY_EXISTS', message)
  }
}

function domainFiles(names: DomainNames): ReadonlyMap<string, string> {
  const folder = `packages/domains/${names.domain}`
  const sources = new Map([
    ['domain.ts', domain(names)],
    ['handlers.ts', handlers(names)],
    [`${names.contractFile}.ts`, contract(names)],
    ['publisher.ts', publisher(names)],
  ])
  return new Map([
    [`${folder}/package.json`, packageJson(names)],
    [`${folder}/tsconfig.build.json`, tsconfigBuild()],
    [`${folder}/README.md`, readme(names)],
    ...[...sources].map(([file, text]) => [`${folder}/src/${file}`, text] as const),
    [`${folder}/src/mongo.ts`, mongo(names)],
    [`${folder}/src/testing.ts`, testing(names)],
    [`${folder}/src/index.ts`, indexFile([...sources.keys()].sort())],
    [`${folder}/src/domain.test.ts`, domainTest(names)],
    [`${folder}/src/${names.domain}.test-d.ts`, typeTest(names)],
    [changesetPath(names.domain), changeset(names)],
  ])
}

function changesetPath(name: string): string {
  return `.changeset/add-${name}.md`
}
