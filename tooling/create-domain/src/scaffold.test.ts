import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scaffoldDomain } from './scaffold.ts'

const root = resolve(import.meta.dirname, '../../..')
const shared = [
  'events-core',
  'contracts',
  'producer',
  'consumer',
  'outbox',
  'testing',
  'transport-memory',
  'transport-kafka',
  'transport-platformatic',
  'transport-kafkajs',
]
let workspace: string

interface Report {
  readonly numPassedTests: number
  readonly numTotalTests: number
  readonly testResults: readonly { readonly name: string }[]
}

// The root's own, for the new package alone: its includes would check the shared packages again.
const tsconfig = {
  extends: './tooling/tsconfig/base.json',
  compilerOptions: { noEmit: true },
  include: ['packages/domains/*/src'],
}
const vitestConfig = `
const conditions = ['@house-helper/source', 'node', 'import', 'module', 'default']
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages/domains,tooling}/**/*.test.ts'],
    typecheck: { enabled: true, include: ['packages/domains/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
}`

/** A workspace that has the shared packages and this tool, and no domain. */
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'create-domain-'))
  mkdirSync(join(workspace, 'packages/domains'), { recursive: true })
  mkdirSync(join(workspace, '.changeset'))
  for (const file of ['biome.json', 'package.json']) cpSync(join(root, file), join(workspace, file))
  writeFileSync(join(workspace, 'tsconfig.json'), JSON.stringify(tsconfig))
  writeFileSync(join(workspace, 'vitest.config.ts'), vitestConfig)
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'))
  for (const name of shared) symlinkSync(join(root, 'packages', name), join(workspace, 'packages', name))
  cpSync(join(root, 'tooling/tsconfig'), join(workspace, 'tooling/tsconfig'), { recursive: true })
  const tool = join(workspace, 'tooling/create-domain')
  const wanted = (path: string) => !path.endsWith('.test.ts') || path.endsWith('every-domain.test.ts')
  cpSync(join(root, 'tooling/create-domain/src'), join(tool, 'src'), { recursive: true, filter: wanted })
  symlinkSync(join(root, 'tooling/create-domain/node_modules'), join(tool, 'node_modules'))
})

afterAll(() => rmSync(workspace, { recursive: true, force: true }))

/** Links what the install would link. */
function link(domain: string): void {
  const modules = join(workspace, 'packages/domains', domain, 'node_modules')
  mkdirSync(join(modules, '@house-helper'), { recursive: true })
  for (const name of ['events-core', 'producer', 'consumer', 'outbox', 'testing']) {
    symlinkSync(join(root, 'packages', name), join(modules, '@house-helper', name))
  }
  symlinkSync(join(root, 'tooling/create-domain/node_modules/zod'), join(modules, 'zod'))
}

function run(script: string, ...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: workspace,
    encoding: 'utf8',
  })
  return { status: result.status, output: result.stdout + result.stderr }
}

describe('a scaffolded domain', () => {
  beforeAll(async () => {
    await scaffoldDomain(workspace, 'pantry-items')
    link('pantry-items')
  })

  it('is formatted and has no lint', () => {
    const { status, output } = run(
      '@biomejs/biome/bin/biome',
      'ci',
      '--vcs-enabled=false',
      'packages/domains/pantry-items',
    )
    expect(output).toContain('Checked')
    expect(status, output).toBe(0)
  })

  it('passes its own tests, its type tests and the tests of every domain', () => {
    const { status, output } = run(
      'vitest/vitest.mjs',
      'run',
      '--reporter=dot',
      '--reporter=json',
      '--outputFile=report.json',
    )
    expect(status, output).toBe(0)
    const report = JSON.parse(readFileSync(join(workspace, 'report.json'), 'utf8')) as Report
    expect(report.testResults.map(({ name }) => basename(name)).sort()).toEqual([
      'domain.test.ts',
      'every-domain.test.ts',
      'pantry-items.test-d.ts',
    ])
    expect(report.numPassedTests).toBe(report.numTotalTests)
  }, 60_000)

  it('has a changeset', () => {
    expect(readFileSync(join(workspace, '.changeset/add-pantry-items.md'), 'utf8')).toContain(
      "'@house-helper/pantry-items': minor",
    )
  })

  it('is not overwritten', async () => {
    writeFileSync(join(workspace, 'packages/domains/pantry-items/README.md'), 'mine')
    await expect(scaffoldDomain(workspace, 'pantry-items')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(readFileSync(join(workspace, 'packages/domains/pantry-items/README.md'), 'utf8')).toBe('mine')
  })
})

describe('scaffoldDomain', () => {
  it.each(['inbox', 'dead', 'Recipes', 'recipes!', '../recipes', 'recipes-', ''])(
    'refuses the name %j',
    async (name) => {
      await expect(scaffoldDomain(workspace, name)).rejects.toMatchObject({ code: 'NAME_INVALID' })
    },
  )

  it.each(['recipe', 'Recipe.added', 'recipe..added', 'recipe.added '])('refuses the event type %j', async (type) => {
    await expect(scaffoldDomain(workspace, 'recipes', type)).rejects.toMatchObject({ code: 'NAME_INVALID' })
    expect(existsSync(join(workspace, 'packages/domains/recipes'))).toBe(false)
  })

  it('refuses an event type that another domain has', async () => {
    await expect(scaffoldDomain(root, 'other-tasks', 'task.created')).rejects.toThrow(
      'The domain tasks has the event type task.created',
    )
    expect(existsSync(join(root, 'packages/domains/other-tasks'))).toBe(false)
  })
})
