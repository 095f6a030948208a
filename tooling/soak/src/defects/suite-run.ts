import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { NamedTests } from './defect.ts'

/** What became of the tests that were named. */
export interface SuiteRun {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** Titles that no test has, and files that could not be loaded: they say nothing about any defect. */
  readonly missing: readonly string[]
}

/** Where and how the suite is run. */
export interface SuiteRunOptions {
  readonly folder: string
  readonly brokers: readonly string[]
  readonly mongodbUri: string
  readonly logDir: string
  readonly name: string
  readonly signal: AbortSignal
}

const TIMEOUT_MS = 180_000

const reportSchema = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
})

/** Runs the named tests of a tree, each file once. */
export async function runSuite(tests: readonly NamedTests[], options: SuiteRunOptions): Promise<SuiteRun> {
  const titles = tests.flatMap((one) => one.titles)
  const results = await vitest([...new Set(tests.map(({ file }) => file))], titles, options)
  const named = results.filter(({ fullName }) => titles.some((title) => fullName.includes(title)))
  const withStatus = (status: string) => named.filter((one) => one.status === status).map(({ fullName }) => fullName)
  const [passed, failed] = [withStatus('passed'), withStatus('failed')]
  const ran = [...passed, ...failed]
  return { passed, failed, missing: titles.filter((title) => !ran.some((fullName) => fullName.includes(title))) }
}

async function vitest(files: readonly string[], titles: readonly string[], options: SuiteRunOptions) {
  const { folder, brokers, mongodbUri, logDir, name, signal } = options
  await mkdir(logDir, { recursive: true })
  const report = join(logDir, `${name}.json`)
  await rm(report, { force: true })
  const pattern = titles.map((title) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const args = [
    'run',
    ...files,
    '-t',
    pattern,
    '--typecheck.enabled=false',
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  const child = spawn(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KAFKA_BROKERS: brokers.join(','), MONGODB_URI: mongodbUri },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  const log = createWriteStream(join(logDir, `${name}.log`))
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  await once(child, 'close')
  log.end()
  return reportSchema
    .parse(JSON.parse(await readFile(report, 'utf8')))
    .testResults.flatMap(({ assertionResults }) => assertionResults)
}
