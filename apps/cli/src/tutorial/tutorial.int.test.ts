import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import { silentLogger, type Transport } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { domains } from '../domains.ts'
import { endpointsFromEnv } from '../kafka-settings.ts'
import { runProgram } from '../program.ts'
import { createTextSink } from '../test-world.ts'
import { blocksOf, changed, filledIn, learn, type Names, type PageBlock, patternOf } from './tutorial-page.ts'
import { type RunningProgram, startProgram } from './tutorial-program.ts'

// Every block of docs/tutorial.md is carried out as it stands there, with three differences. `start` is not run: what it
// starts is started by beforeAll on the servers of the test run, with a topic prefix, a database and ports of its own.
// Groups get names of their own, since a group is known by its name alone. And hh-events runs in this process, as on a
// terminal; the services of the page and the household simulator are processes.
const root = join(import.meta.dirname, '../../../..')
const page = await readFile(join(root, 'docs/tutorial.md'), 'utf8')
const blocks = blocksOf(page)

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `tutorial-${randomBytes(6).toString('hex')}`
const kafkaEnv = { KAFKA_BROKERS: process.env.KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: name, KAFKA_GROUP_ID: name }
const groups = [...page.matchAll(/groupId: '([\w-]+)'/g)].map((match) => match[1] as string)
const deadline = { timeout: 25_000, interval: 100 }
/** What changes something is done once; all else can be asked again until it is as the page shows it. */
const isQuestion = /^(doctor|log|dead (list|show)|replay (status|watch)) ?/

const names: Names = new Map()
const programs = new Map<string, RunningProgram>()
const aliases = new Map<string, string>()
const seenUpTo = new Map<RunningProgram, number>()
let folder: string
let written = ''
let transport: Transport
let logger: EventLogger
let simulator: RunningProgram

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS || !mongodbUri) {
    throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  }
  folder = await mkdtemp(join(tmpdir(), 'tutorial-'))
  transport = createKafkaTransport(connectionFromEnv(kafkaEnv))
  expect(await hhEvents(['topics', 'apply']).done).toBe(0)
  const addresses = { HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1' }
  const config = configFromEnv({ ...kafkaEnv, ...addresses, MONGODB_URI: mongodbUri, MONGODB_DATABASE: name })
  logger = await createEventLogger(config, { logger: silentLogger, indexIntervalMs: 100, lagIntervalMs: 500 })
  await logger.started
  const traffic = { SIMULATOR_RATE: '20', SIMULATOR_HOUSEHOLDS: '3' }
  simulator = startProgram(join(root, 'examples/household-simulator/src/main.ts'), { ...kafkaEnv, ...traffic })
}, 60_000)

afterAll(async () => {
  for (const program of [...programs.values(), simulator]) program?.kill()
  await logger?.close()
  const topics = (await transport.admin.describeTopics()).map((topic) => topic.name)
  await transport.close()
  const admin = new Admin({ clientId: name, bootstrapBrokers: String(process.env.KAFKA_BROKERS).split(',') })
  await admin.deleteTopics({ topics: topics.filter((topic) => topic.startsWith(`${name}.`)) })
  const client = new MongoClient(mongodbUri)
  await client.db(name).dropDatabase()
  await client.close()
  await rm(folder, { recursive: true })
  // Last: while members that were killed still count, a group cannot be deleted.
  await admin.deleteGroups({ groups: [name, ...groups.map(own)] })
  await admin.close()
})

/** The page's text with the prefix of this test's topics, and with group names that no other run has. */
function own(text: string): string {
  const prefixed = text.replaceAll('house-helper.', `${name}.`)
  return groups.reduce((made, group) => made.replaceAll(group, `${group}-${name}`), prefixed)
}

/** hh-events as on a terminal: what it writes, both streams together, and how it ends. */
function hhEvents(argv: readonly string[]) {
  const terminal = createTextSink(true)
  let interrupt = (): void => {}
  const env = { ...kafkaEnv, NO_COLOR: '1', USER: 'me', EVENT_LOGGER_URL: logger?.url }
  const done = runProgram({
    ...{ argv, env, stdin: (async function* () {})(), stdout: terminal, stderr: terminal, fetch },
    onInterrupt: (stop) => {
      interrupt = stop
      return () => {}
    },
    ...{ nodeVersion: process.versions.node, now: Date.now, domains, endpoints: endpointsFromEnv },
    openTransport: () => createKafkaTransport(connectionFromEnv(kafkaEnv)),
  })
  // A progress line is written over: what comes after its last carriage return is what stands there.
  const output = () => {
    const lines = terminal.text.split('\n').map((line) => line.split('\r').at(-1) ?? '')
    return lines.map((line) => stripVTControlCharacters(line).trimEnd()).join('\n')
  }
  return { done, output, interrupt: () => interrupt() }
}

async function command(line: string, shown: string | undefined): Promise<void> {
  const argv = [...filledIn(own(line), names).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const attempt = async () => {
    const run = hhEvents(argv)
    if (argv[1] === 'tail') {
      await vi.waitFor(() => expectShown(shown ?? '', run.output()), deadline)
      run.interrupt()
      return expect(await run.done).toBe(0)
    }
    expect({ exitCode: await run.done, output: run.output() }).toMatchObject({ exitCode: 0 })
    if (shown !== undefined) expectShown(shown, run.output())
  }
  if (isQuestion.test(line) && argv[1] !== 'tail') await vi.waitFor(attempt, deadline)
  else await attempt()
}

function expectShown(shown: string, output: string): void {
  const pattern = patternOf(own(shown), names)
  if (!learn(pattern, output, names)) expect(output, 'the output differs from the page').toMatch(pattern)
}

async function start(file: string): Promise<void> {
  const before = programs.get(file)
  await before?.interrupt()
  if (before !== undefined) expectNothingElse(before)
  programs.set(file, startProgram(join(folder, file), kafkaEnv))
}

/** That a program has written nothing but what the page shows of it. */
function expectNothingElse(program: RunningProgram): void {
  expect(program.output.slice(seenUpTo.get(program) ?? 0), 'what the page does not show').toBe('')
}

/** What a program of the page has written since it was last looked at. */
async function says(file: string, shown: string): Promise<void> {
  const program = [...programs].find(([path]) => basename(path) === file)?.[1]
  if (program === undefined) throw new Error(`The page shows output of ${file}, which does not run.`)
  const begun = vi.waitFor(() => expectShown(shown, program.output.slice(seenUpTo.get(program) ?? 0)), deadline)
  await Promise.race([begun, program.died])
  seenUpTo.set(program, program.output.length)
}

async function shell(line: string, shown: string | undefined): Promise<void> {
  const [alias, script] = /^alias (\S+)='(.*)'$/.exec(line)?.slice(1) ?? []
  const file = /^npx pnpm@\S+ exec node --conditions=@house-helper\/source (\S+)$/.exec(line)?.[1]
  if (alias !== undefined && script !== undefined) return void aliases.set(alias, script)
  if (file !== undefined) return start(file)
  if (/^export (KAFKA_BROKERS|EVENT_LOGGER_URL)=…$/.test(line)) return
  const { packageManager, scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  if (line === `npx --yes ${packageManager} start`) return expect(scripts).toHaveProperty('start')
  const [program = '', ...words] = line.split(' ')
  expect(aliases.get(program), `what "${program}" stands for`).toBe(`npx ${packageManager} --silent hh-events`)
  return command(words.join(' '), shown)
}

async function write(file: string, text: string): Promise<void> {
  written = file
  await mkdir(join(folder, dirname(file)), { recursive: true })
  // From the folder that the page names, packages are found as they are from there.
  const modules = join(...file.split('/').slice(0, 2), 'node_modules')
  await rm(join(folder, modules), { force: true })
  await symlink(join(root, modules), join(folder, modules))
  await writeFile(join(folder, file), text)
}

async function carryOut({ language, about, text }: PageBlock, next: PageBlock | undefined): Promise<void> {
  if (language === 'ts') return write(/^\/\/ (\S+)\n/.exec(text)?.[1] ?? 'without-a-name.ts', own(text))
  if (language === 'diff') return write(written, changed(await readFile(join(folder, written), 'utf8'), text))
  if (language === 'text') return about === '' ? undefined : says(about, text)
  const lines = text.trimEnd().split('\n')
  for (const [index, line] of lines.entries()) {
    const isShown = index === lines.length - 1 && next?.language === 'text' && next.about === ''
    await shell(line, isShown ? next.text : undefined)
  }
}

describe('docs/tutorial.md', () => {
  it.each(
    blocks.map((block, index) => ({
      block,
      next: blocks[index + 1],
      title: `line ${block.line}, ${block.language} ${block.about || (block.text.split('\n')[0] ?? '')}`,
    })),
  )('is right: $title', async ({ block, next }) => {
    await Promise.race([carryOut(block, next), simulator.died])
  })

  it('shows all that its services write', async () => {
    for (const program of programs.values()) {
      await program.interrupt()
      expectNothingElse(program)
    }
  })
})
