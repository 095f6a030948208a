import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// A run of Vitest takes seconds, on a busy machine many.
vi.setConfig({ testTimeout: 180_000 })

const testFile = fileURLToPath(new URL('./test.ts', import.meta.url))

let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-run-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

test('arguments go to Vitest, and the tests that ran are counted', async () => {
  const countsFile = join(folder, 'counts')
  const run = testRun(['kafka/java.test.ts', '--typecheck.enabled=false'], { TEST_COUNTS_FILE: countsFile })
  expect(await run.exitCode).toBe(0)
  expect(await readFile(countsFile, 'utf8')).toMatch(/^[1-9]\d* 0\n$/)
})

test('a failure of Vitest is a failure of the command', async () => {
  const run = testRun(['no-such-test', '--typecheck.enabled=false'], {})
  expect(await run.exitCode).toBe(1)
  expect(run.output()).toMatch(/No test files found/)
})

test('a wrong setting ends the command before Vitest begins', async () => {
  const run = testRun([], { KAFKA_BROKERS: 'nonsense' })
  expect(await run.exitCode).toBe(1)
  expect(run.output()).toMatch(/ENVIRONMENT_INVALID: KAFKA_BROKERS/)
  expect(run.output()).not.toMatch(/RUN/)
})

test('an interrupt while the servers start ends the command and the servers', async () => {
  const run = testRun([], { KAFKA_BROKERS: '', MONGODB_URI: '', TMPDIR: folder })
  await vi.waitFor(() => expect(run.output()).toMatch(/starting/), { timeout: 60_000 })
  child?.kill('SIGINT')
  expect(await run.exitCode).toBe(130)
  // Each server's temporary data goes with its last process.
  await vi.waitFor(async () => expect(await temporaryFolders()).toEqual([]), { timeout: 30_000 })
})

function testRun(args: readonly string[], settings: Record<string, string>) {
  // What Vitest sets for its workers would make the inner one take itself for a worker.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV')
  child = spawn(process.execPath, ['--conditions=@house-helper/source', testFile, ...args], {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(String(chunk)))
  return { output: () => chunks.join(''), exitCode: once(child, 'close').then(([code]) => code) }
}

async function temporaryFolders(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('house-helper-'))
}
