import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { startInDocker, whyNoDocker } from './docker.ts'
import { kafkaVersion } from './kafka/jars.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-test-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** A docker command that writes down its calls; `up` says that the server is ready and runs until it is ended. */
const recorder = `
const args = process.argv.slice(2)
const { appendFileSync } = require('node:fs')
appendFileSync(process.env.CALLS, JSON.stringify({ args, port: process.env.KAFKA_PORT }) + '\\n')
if (args.includes('up')) {
  console.log('[KafkaRaftServer nodeId=1] Kafka Server started')
  setInterval(() => {}, 1_000)
}
`

test('a server runs until close, then its container and its temporary volume are removed', async () => {
  const calls = await dockerCommand(recorder)
  const kafka = await startInDocker('kafka')
  const port = kafka.address.replace('127.0.0.1:', '')
  await kafka.close()
  const made = await calls()
  const verbs = made.map(({ args }) => args.slice(args.indexOf('-f') + 2))
  expect(verbs).toEqual([
    ['down', '--volumes'],
    ['up', '--no-color', '--no-log-prefix', 'kafka'],
    ['down', '--volumes'],
  ])
  expect(made.map((call) => call.port)).toEqual([port, port, port])
  expect(new Set(made.map(({ args }) => args[args.indexOf('-p') + 1])).size).toBe(1)
})

test('kept data keeps its volume and its port over a second start', async () => {
  const calls = await dockerCommand(recorder)
  const dataDir = join(folder, 'data')
  const first = await startInDocker('kafka', { dataDir })
  await first.close()
  const second = await startInDocker('kafka', { dataDir })
  await second.close()
  expect(second.address).toBe(first.address)
  const verbs = (await calls()).map(({ args }) => args.slice(args.indexOf('-f') + 2).join(' '))
  // Only before the first start, on which no server had been ready.
  expect(verbs.filter((verb) => verb === 'down --volumes')).toHaveLength(1)
  expect(verbs.at(-1)).toBe('down')
})

test('Docker counts only where an engine answers and Compose is there', async () => {
  await dockerCommand(`process.exit(process.argv[2] === 'info' ? 1 : 0)`)
  expect(await whyNoDocker()).toBe('no Docker engine answers')
  await dockerCommand(`process.exit(process.argv[2] === 'compose' ? 1 : 0)`)
  expect(await whyNoDocker()).toBe('Docker has no Compose')
  await dockerCommand('')
  expect(await whyNoDocker()).toBeUndefined()
  vi.stubEnv('PATH', '')
  expect(await whyNoDocker()).toBe('no Docker')
})

test('the Kafka image is of the version that runs without Docker', async () => {
  const compose = parse(await readFile(new URL('./compose.yaml', import.meta.url), 'utf8'))
  expect(compose.services.kafka.image).toBe(`apache/kafka:${kafkaVersion}`)
})

/** Puts a command named docker before all others on the PATH; returns what it was called with. */
async function dockerCommand(script: string): Promise<() => Promise<{ args: string[]; port?: string }[]>> {
  const file = join(folder, 'docker')
  await writeFile(file, `#!${process.execPath}\n${script}`)
  await chmod(file, 0o755)
  const calls = join(folder, 'calls')
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
  vi.stubEnv('CALLS', calls)
  return async () =>
    (await readFile(calls, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
}
