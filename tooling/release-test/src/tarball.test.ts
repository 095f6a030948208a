import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { packageFindings } from './tarball.ts'

const whole: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    exports: { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: { zod: '^4.0.0' },
  }),
  'README.md': '# A package',
  LICENSE: 'MIT',
  'CHANGELOG.md': '# A package',
  'dist/index.js': 'export {}\n//# sourceMappingURL=index.js.map',
  'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }),
  'dist/index.d.ts': 'export {}',
  'src/index.ts': 'export {}',
}

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tarball-'))
})

afterEach(() => rm(folder, { recursive: true }))

it('finds nothing in a package that has what it should', async () => {
  expect(await findingsOf(whole)).toEqual([])
})

it.each([
  ['dist/index.test.js', 'export {}'],
  ['src/fixtures/event.json', '{}'],
  ['dist/tsconfig.build.tsbuildinfo', '{}'],
  ['tsconfig.build.json', '{}'],
])('finds %s, which does not belong there', async (file, text) => {
  expect(await findingsOf({ ...whole, [file]: text })).toEqual([`${file} does not belong into a published package`])
})

it.each(['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json'])('finds that %s is missing', async (file) => {
  const { [file]: _, ...others } = whole
  expect(await findingsOf(others)).toEqual([`${file} is missing`])
})

it('finds an export that leads nowhere', async () => {
  const { 'dist/index.d.ts': _, ...others } = whole
  expect(await findingsOf(others)).toEqual(['exports leads to ./dist/index.d.ts, which is missing'])
})

it('finds a map whose source is missing', async () => {
  const { 'src/index.ts': source, ...others } = whole
  const moved = { ...others, 'src/moved.ts': source ?? '', 'package.json': JSON.stringify({ exports: {} }) }
  expect(await findingsOf(moved)).toEqual(['dist/index.js.map maps to ../src/index.ts, which is missing'])
})

it('finds a file whose map is missing', async () => {
  const { 'dist/index.js.map': _, ...withoutMap } = whole
  expect(await findingsOf(withoutMap)).toEqual(['dist/index.js names the map index.js.map, which is missing'])
})

it.each(['workspace:^', 'catalog:'])('finds a dependency that is still asked for as %s', async (range) => {
  const text = JSON.stringify({ exports: {}, peerDependencies: { mongodb: range } })
  expect(await findingsOf({ ...whole, 'package.json': text })).toEqual([
    `mongodb is asked for as ${range}, which only the workspace knows`,
  ])
})

async function findingsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  return packageFindings(folder)
}
