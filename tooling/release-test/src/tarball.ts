import { access, glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const belongs = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|(dist|src)\/.+)$/
const belongsNot = /\.(test|test-d)\.|\.tsbuildinfo$|(^|\/)(test|tests|fixtures|__tests__)\//
const required = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'] as const
const workspaceProtocol = /^(workspace|catalog|link|file|portal):/

const manifest = z.looseObject({
  exports: z.record(z.string(), z.unknown()),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
})
const sourceMap = z.looseObject({ sources: z.array(z.string()) })

/** The files of an unpacked package, by their paths in it. */
async function packageFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = []
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true }))
    if (!entry.isDirectory()) files.push(join(entry.parentPath, entry.name).slice(folder.length + 1))
  return files.sort()
}

/** Says what is wrong with an unpacked package, a sentence for each; nothing when it may be published so. */
export async function packageFindings(folder: string): Promise<readonly string[]> {
  const files = await packageFiles(folder)
  return [
    ...wrongFiles(files),
    ...required.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...(files.includes('package.json') ? await manifestFindings(folder, files) : []),
    ...(await mapFindings(folder, files)),
  ]
}

function wrongFiles(files: readonly string[]): readonly string[] {
  const wrong = files.filter((file) => !belongs.test(file) || belongsNot.test(file))
  return wrong.map((file) => `${file} does not belong into a published package`)
}

async function manifestFindings(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const read = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const missing = exportTargets(read.exports).filter((target) => !files.includes(target.replace(/^\.\//, '')))
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = read
  const ranges = [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap(Object.entries)
  const unresolved = ranges.filter(([, range]) => workspaceProtocol.test(range))
  return [
    ...missing.map((target) => `exports leads to ${target}, which is missing`),
    ...unresolved.map(([name, range]) => `${name} is asked for as ${range}, which only the workspace knows`),
  ]
}

function exportTargets(exports: unknown): readonly string[] {
  if (typeof exports === 'string') return [exports]
  if (exports === null || typeof exports !== 'object') return []
  return Object.values(exports).flatMap(exportTargets)
}

async function mapFindings(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const findings = files.map(async (file) => {
    if (file.endsWith('.map')) return await lostSources(folder, file)
    return /\.(js|d\.ts)$/.test(file) ? await lostMap(folder, file) : []
  })
  return (await Promise.all(findings)).flat()
}

async function lostSources(folder: string, file: string): Promise<readonly string[]> {
  const { sources } = sourceMap.parse(JSON.parse(await readFile(join(folder, file), 'utf8')))
  const checked = sources.map(async (source) => ((await exists(join(folder, dirname(file), source))) ? [] : [source]))
  return (await Promise.all(checked)).flat().map((source) => `${file} maps to ${source}, which is missing`)
}

async function lostMap(folder: string, file: string): Promise<readonly string[]> {
  const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(await readFile(join(folder, file), 'utf8')) ?? []
  if (map === undefined || (await exists(join(folder, dirname(file), map)))) return []
  return [`${file} names the map ${map}, which is missing`]
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
