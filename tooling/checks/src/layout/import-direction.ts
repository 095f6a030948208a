import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { whyNotImport, whyNotImportForeign } from './direction.ts'
import { importsOf } from './imports.ts'
import { readWorkspaces, type Workspace } from './workspace.ts'

/** One import that the layout forbids, as a line that names the place and the rule. */
export type Finding = string

/** Lists what the sources and package.json files under `root` import against the layout. */
export function checkImportDirection(root: string): Finding[] {
  const workspaces = readWorkspaces(root)
  const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]))
  return workspaces.flatMap((workspace) => [
    ...checkManifest(workspace, byName),
    ...sourceFiles(root, workspace).flatMap((file) => checkSource(root, file, workspace, byName)),
  ])
}

function checkManifest(workspace: Workspace, byName: ReadonlyMap<string, Workspace>): Finding[] {
  const check = (names: readonly string[], isTest: boolean) =>
    names.flatMap((name) => {
      const why = whyNot(workspace, name, isTest, byName)
      return why ? [`${workspace.folder}/package.json depends on ${name}: ${why}`] : []
    })
  return [...check(workspace.productionDependencies, false), ...check(workspace.developmentDependencies, true)]
}

function checkSource(
  root: string,
  file: string,
  workspace: Workspace,
  byName: ReadonlyMap<string, Workspace>,
): Finding[] {
  return importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap(({ specifier, line }) => {
    const why = specifier.startsWith('.')
      ? whyNotRelative(workspace, file, specifier)
      : whyNot(workspace, packageName(specifier), isTestSource(file), byName)
    return why ? [`${file}:${line} imports ${specifier}: ${why}`] : []
  })
}

function whyNot(
  from: Workspace,
  name: string,
  isTest: boolean,
  byName: ReadonlyMap<string, Workspace>,
): string | undefined {
  if (isBuiltin(name)) return undefined
  const to = byName.get(name)
  return to ? whyNotImport(from, to, isTest) : whyNotImportForeign(from, name, isTest)
}

function whyNotRelative(workspace: Workspace, file: string, specifier: string): string | undefined {
  const target = posix.join(dirname(file), specifier)
  return target.startsWith(`${workspace.folder}/`) ? undefined : 'other packages are imported by their names'
}

function packageName(specifier: string): string {
  if (isBuiltin(specifier)) return specifier
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Tests, and what only tests use: `fixtures/`, `test/` and `test-*.ts`. */
function isTestSource(file: string): boolean {
  return /\.test(-d)?\.ts$|\/(fixtures|test)\/|\/test-[^/]*\.ts$/.test(file)
}

function sourceFiles(root: string, { folder }: Workspace): string[] {
  return globSync(`${folder}/**/*.{ts,mts,cts,js,mjs,cjs}`, {
    cwd: root,
    exclude: ['**/node_modules', '**/dist'],
  }).toSorted()
}
