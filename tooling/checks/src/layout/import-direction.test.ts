import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '../project-folder.ts'
import { checkImportDirection } from './import-direction.ts'

let root: string

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'layout-test-'))
  await write({ 'pnpm-workspace.yaml': 'packages: [packages/*, packages/domains/*, apps/*, examples/*, tooling/*]' })
  for (const folder of ['events-core', 'transport-kafkajs', 'producer', 'consumer', 'domains/tasks', 'domains/bills'])
    await addWorkspace(`packages/${folder}`)
  for (const folder of ['apps/event-logger', 'examples/points', 'tooling/bench']) await addWorkspace(folder)
})

afterEach(() => rmSync(root, { recursive: true }))

test('imports that point up the layout are fine', async () => {
  await write({
    'packages/producer/src/publisher.ts': `import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { stamp } from './stamp.ts'
import type { Transport } from '@house-helper/events-core'`,
    'packages/domains/tasks/src/publisher.ts': `export * from '@house-helper/producer'`,
    'examples/points/src/main.ts': `import { onTasks } from '@house-helper/tasks'`,
    'apps/event-logger/src/main.ts': `import { tasks } from '@house-helper/tasks'`,
    'packages/transport-kafkajs/src/client.ts': `import { Kafka } from 'kafkajs'`,
    'tooling/bench/src/rival.ts': `import { Kafka } from 'kafkajs'`,
  })
  expect(checkImportDirection(root)).toEqual([])
})

test.each([
  ['a static import', `\nimport { subscribe } from '@house-helper/consumer'`],
  ['a re-export', `\nexport { subscribe } from '@house-helper/consumer'`],
  ['a re-export of all', `\nexport * from '@house-helper/consumer'`],
  ['an import of a subpath', `\nimport '@house-helper/consumer/middleware'`],
  ['an import of types', `\nimport type { Handler } from '@house-helper/consumer'`],
  ['a dynamic import', `\nawait import('@house-helper/consumer')`],
  ['a type query', `\ntype Handler = import('@house-helper/consumer').Handler`],
])('%s down the layout is found with its line', async (_, source) => {
  await write({ 'packages/producer/src/publisher.ts': source })
  expect(checkImportDirection(root)).toEqual([
    expect.stringMatching(
      /^packages\/producer\/src\/publisher\.ts:2 imports @house-helper\/consumer.*: packages\/consumer is below packages\/producer/,
    ),
  ])
})

test.each([
  ['packages/domains/tasks/src/a.ts', '@house-helper/bills', 'no domain imports another'],
  ['packages/domains/tasks/src/a.test.ts', '@house-helper/bills', 'no domain imports another'],
  ['packages/events-core/src/a.test.ts', '@house-helper/producer', 'imports point up'],
  ['packages/producer/src/a.ts', '@house-helper/bench', 'imports point up'],
  ['packages/producer/src/a.ts', 'kafkajs', 'only transport-kafkajs imports kafkajs'],
  ['apps/event-logger/src/a.ts', 'kafkajs', 'only transport-kafkajs imports kafkajs'],
  ['packages/producer/src/a.ts', '@platformatic/kafka', 'only transport-platformatic imports @platformatic/kafka'],
  ['apps/event-logger/src/a.ts', '@house-helper/points', 'imports point up'],
  ['examples/points/src/a.ts', '@house-helper/producer', 'examples import domain packages only'],
  ['examples/points/src/a.ts', 'zod', 'examples import domain packages only'],
  ['packages/producer/src/a.ts', '../../events-core/src/id.ts', 'imported by their names'],
])('%s may not import %s', async (file, specifier, rule) => {
  await write({ [file]: `import '${specifier}'` })
  expect(checkImportDirection(root)).toEqual([expect.stringContaining(rule)])
})

test('tests may import the tooling and kafkajs', async () => {
  await write({ 'packages/producer/src/a.int.test.ts': `import 'kafkajs'\nimport '@house-helper/bench'` })
  expect(checkImportDirection(root)).toEqual([])
})

test('what stands in comments, strings and templates is no import', async () => {
  await write({
    'packages/events-core/src/a.ts': `/** import { a } from '@house-helper/tasks' */
// import '@house-helper/tasks'
export const url = "https://example.org/'"
export const template = \`import '@house-helper/tasks'\``,
  })
  expect(checkImportDirection(root)).toEqual([])
})

test('dependencies are held to the same rules as imports', async () => {
  await addWorkspace('packages/producer', { dependencies: { '@house-helper/consumer': 'workspace:^' } })
  await addWorkspace('packages/domains/bills', { devDependencies: { '@house-helper/tasks': 'workspace:^' } })
  await addWorkspace('examples/points', { dependencies: { pino: 'catalog:' } })
  expect(checkImportDirection(root)).toEqual([
    expect.stringMatching(/^examples\/points\/package\.json depends on pino: examples import/),
    expect.stringMatching(/^packages\/domains\/bills\/package\.json depends on @house-helper\/tasks: no domain/),
    expect.stringMatching(/^packages\/producer\/package\.json depends on @house-helper\/consumer: /),
  ])
})

test('a package without a place in the layout is found', async () => {
  await addWorkspace('packages/surprise')
  await write({ 'packages/surprise/src/a.ts': `import '@house-helper/events-core'` })
  expect(checkImportDirection(root)).toEqual([expect.stringContaining('packages/surprise has no place in the layout')])
})

test('this repository keeps to its layout', () => {
  expect(checkImportDirection(projectRoot)).toEqual([])
})

async function addWorkspace(folder: string, manifest: object = {}): Promise<void> {
  const name = `@house-helper/${folder.split('/').at(-1)}`
  await write({ [`${folder}/package.json`]: JSON.stringify({ name, ...manifest }) })
}

async function write(files: Record<string, string>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), content)
  }
}
