import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createVitest } from 'vitest/node'
import { testCounts } from './test-counts.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'test-counts-'))
})
afterEach(() => rm(root, { recursive: true }))

const imports = `import { describe, expect, test, beforeAll } from 'vitest'\n`

test.each([
  [
    'tests that passed, failed and were skipped',
    `test('a', () => {}); test('b', () => expect(1).toBe(2)); test.skip('c', () => {})`,
    '1 1',
  ],
  ['tests in suites', `describe('s', () => { test('a', () => {}); test.each([1, 2])('%i', () => {}) })`, '3 0'],
  ['a file that can not be loaded as a failure', `throw new Error('no')`, '0 1'],
  [
    'a suite whose hook fails as a failure',
    `describe('s', () => { beforeAll(() => { throw new Error('no') }); test('a', () => {}) })`,
    '0 1',
  ],
  [
    'an unhandled rejection as a failure',
    `test('a', async () => { Promise.reject(new Error('no')); await new Promise((r) => setImmediate(r)) })`,
    '1 1',
  ],
])('counts %s', async (_, source, counts) => {
  await writeFile(join(root, 'example.test.js'), imports + source)
  expect(await countsOfRun()).toBe(`${counts}\n`)
})

/** Runs Vitest, in this process, on the example; its own reporters stay silent. */
async function countsOfRun(): Promise<string> {
  const file = join(root, 'counts')
  const exitCode = process.exitCode
  const vitest = await createVitest('test', { root, config: false, watch: false, reporters: [testCounts(file)] })
  await vitest.start()
  await vitest.close()
  // The example's failures are no failure of ours.
  process.exitCode = exitCode
  return readFile(file, 'utf8')
}
