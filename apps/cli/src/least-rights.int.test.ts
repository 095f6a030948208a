import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Right, rightsOf, type ServiceInput, serviceSchema } from '@house-helper/contracts'
import { configFromEnv, createEventLogger } from '@house-helper/event-logger'
import { type Acl, type Logger, silentLogger } from '@house-helper/events-core'
import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { createSubscriber, onTasks } from '@house-helper/tasks'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { domains } from './domains.ts'
import { endpointsFromEnv } from './kafka-settings.ts'
import { runInMemory } from './test-world.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const database = `least-${randomBytes(6).toString('hex')}`
const deadline = { timeout: 60_000, interval: 200 }
let kafka: KafkaServer
let folder: string

/** Does what a role is for as a user, and resolves with what was said to be missing: nothing where all of it works. */
type Work = (user: string) => Promise<string>

interface Role {
  readonly role: string
  readonly work: Work
  service(user: string): ServiceInput
}

const roles: readonly Role[] = [
  { role: 'publisher', work: publish, service: (user) => ({ principal: `User:${user}`, publishes: ['tasks'] }) },
  {
    role: 'handler',
    work: handle,
    service: (user) => ({ principal: `User:${user}`, handles: ['tasks'], group: user, laterRetries: true }),
  },
  { role: 'logger', work: log, service: (user) => ({ principal: `User:${user}`, role: 'event-logger', group: user }) },
  { role: 'operator', work: operate, service: (user) => ({ principal: `User:${user}`, role: 'operator' }) },
]

/** One user with all rights of a role, and one more for each right, who lacks that one. */
interface Holder {
  readonly user: string
  readonly work: Work
  readonly rights: readonly Right[]
  readonly missing: Right | undefined
}

const holders: readonly Holder[] = roles.flatMap(({ role, work, service }) => {
  const rights = (user: string) => rightsOf([serviceSchema.parse(service(user))], { topicPrefix: 'house-helper' })
  const all = { user: `${role}-all`, work, rights: rights(`${role}-all`), missing: undefined }
  const less = rights('anyone').map((_, index): Holder => {
    const user = `${role}-${index}`
    return { user, work, rights: rights(user).filter((_, at) => at !== index), missing: rights(user)[index] }
  })
  return [all, ...less]
})
const groups = holders.filter(({ user }) => user.startsWith('handler')).map(({ user }) => user)

beforeAll(async () => {
  if (!mongodbUri) throw new Error('Set MONGODB_URI, or run the tests with: pnpm test')
  folder = await mkdtemp(join(tmpdir(), 'hh-events-'))
  const users = holders.map(({ user: name }) => ({ name, password: 'secret' }))
  kafka = await startKafka({
    security: { users: [{ name: 'admin', password: 'secret', isSuperUser: true }, ...users] },
  })
  const options = groups.flatMap((group) => ['--group', group])
  expect(await run('admin', 'topics', 'apply', '--partitions', '1', '--sandbox', 'try', ...options)).toMatchObject({
    exitCode: 0,
    stderr: '',
  })
  await using transport = createKafkaTransport(connectionFromEnv(envOf('admin')))
  await transport.admin.createAcls(holders.flatMap(({ rights }) => rights.map(({ acl }) => acl)))
}, 240_000)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await kafka?.close()
  const client = new MongoClient(mongodbUri)
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
  await Promise.all(
    databases.filter(({ name }) => name.startsWith(database)).map(({ name }) => client.db(name).dropDatabase()),
  )
  await client.close()
})

describe.each(holders)('$user', { timeout: 180_000 }, ({ user, work, missing }) => {
  const title = missing === undefined ? 'can do all of its work' : `is told that it lacks ${rightText(missing.acl)}`
  it(title, async () => {
    const said = await work(user)
    if (missing === undefined) expect(said).toBe('')
    else expect(said).toMatch(naming(missing.acl))
  })
})

function envOf(user: string): Record<string, string> {
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: kafka.certificates?.caFile ?? '',
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: 'secret',
    KAFKA_GROUP_ID: user,
  }
}

/** Runs hh-events as a user, on the real cluster. */
function run(user: string, ...argv: string[]) {
  const env = envOf(user)
  const openTransport = () => createKafkaTransport(connectionFromEnv(env))
  return runInMemory([...argv, '--timeout', '40s'], { env, domains, endpoints: endpointsFromEnv, openTransport })
}

async function publish(user: string): Promise<string> {
  const data = JSON.stringify({ taskId: 'task-001', title: 'Water the plants' })
  return (await run(user, 'publish', 'task.created', '--data', data, '--household', 'household-001')).stderr
}

/** Handles in its group, tries again later, gives up. */
async function handle(user: string): Promise<string> {
  const retry = { attempts: 1, later: { delayMs: 50, attempts: 1 } }
  const fail = (): never => {
    throw new Error('no')
  }
  const on = [onTasks({ 'task.created': { handle: fail, retry } })]
  const subscriber = createSubscriber({ ...connectionFromEnv(envOf(user)), groupId: user, on })
  subscriber.closed.catch(() => undefined)
  try {
    const refused = await subscriber.start().catch((error: Error) => error.message)
    if (refused !== undefined) return refused
    return await vi.waitFor(() => {
      const failing = subscriber.health().reasons.find(({ message }) => message.includes('ACL'))
      if (failing === undefined) expect(subscriber.stats().deadLettered).toBeGreaterThan(0)
      return failing?.message ?? ''
    }, deadline)
  } finally {
    await subscriber.close()
  }
}

/** Records, measures, looks at groups, redrives a dead letter and tries a replay out. */
async function log(user: string): Promise<string> {
  const warnings: string[] = []
  const warn = (fields: object, message: string): void => {
    const { err } = fields as { err?: Error }
    warnings.push(`${message} ${err?.message ?? ''}`)
  }
  const logger: Logger = { ...silentLogger, warn }
  const own = { MONGODB_URI: mongodbUri, MONGODB_DATABASE: `${database}-${user}`, HTTP_PORT: '0', PROBE_PORT: '0' }
  const times = { lagIntervalMs: 200, sizeIntervalMs: 200, indexIntervalMs: 200 }
  const eventLogger = await createEventLogger(configFromEnv({ ...envOf(user), ...own }), { logger, ...times })
  try {
    const refused = await eventLogger.started.then(
      () => '',
      (error: Error) => error.message,
    )
    if (refused !== '') return refused
    return await questionLogger(eventLogger, warnings)
  } finally {
    await eventLogger.close()
  }
}

type Started = Awaited<ReturnType<typeof createEventLogger>>

async function questionLogger({ url, probeUrl }: Started, warnings: readonly string[]): Promise<string> {
  const env = { EVENT_LOGGER_URL: url }
  const ask = (...argv: string[]) => runInMemory([...argv, '--timeout', '40s'], { env, domains })
  const problems = async (): Promise<string> => {
    const health = await (await fetch(new URL('/readyz', probeUrl))).text()
    const groupsSeen = await (await fetch(new URL('/api/v1/consumer-groups', url))).text()
    return [health, groupsSeen, ...warnings].filter((text) => text.includes('ACL')).join('\n')
  }
  const first = await vi.waitFor(async () => {
    const said = await problems()
    if (said === '') {
      expect((await ask('dead', 'list', '--group', 'handler-all')).lines.length).toBeGreaterThan(0)
      expect(await (await fetch(new URL('/metrics', probeUrl))).text()).toContain('event_logger_topic_size_bytes{')
    }
    return said
  }, deadline)
  if (first !== '') return first
  const redriven = await ask('dead', 'redrive', '--group', 'handler-all', '--limit', '1', '--yes')
  if (redriven.exitCode !== 0) return redriven.stderr
  const planned = await vi.waitFor(async () => {
    const plan = await ask('replay', 'plan', '--filter', 'type:task.*', '--to-group', 'handler-all', '--sandbox', 'try')
    expect(plan.lines[0]).toHaveProperty('id')
    return plan
  }, deadline)
  const replayed = await ask('replay', 'run', String(planned.lines[0]?.id))
  return replayed.exitCode === 0 ? '' : replayed.stderr + replayed.stdout
}

/** Creates topics, changes a setting, adds partitions, looks at a group. */
async function operate(user: string): Promise<string> {
  const file = join(folder, `${user}.json`)
  const partitions = user === 'operator-all' ? 2 : 3
  const topics = { all: { partitions, segment: '4w' } }
  await writeFile(file, JSON.stringify({ environments: { test: { topics } } }))
  const changed = ['--file', file, '--yes', '--add-partitions', '--group', user]
  const applied = await run(user, 'topics', 'apply', ...changed)
  if (applied.exitCode !== 0) return applied.stderr
  const { lines } = await run(user, 'doctor', '--group', 'handler-all')
  const lag = lines.find(({ check }) => check === 'lag')
  return lag?.status === 'failed' ? String(lag.detail) : ''
}

function rightText({ operation, resource, name }: Acl): string {
  return `${operation} on ${resource}:${name}`
}

/** The missing right itself, or one that it brings along. */
function naming({ operation, resource, name }: Acl): RegExp {
  const exact = name === '*' ? '' : name.replaceAll('.', '\\.')
  const place = resource === 'cluster' ? 'Cluster' : `${resource === 'topic' ? 'Topic' : 'Group'}:${exact}`
  return new RegExp(
    `ACL (${operation} on ${place}|\\w+ on ${place}[^()]*\\([^)]*\\b${operation}\\b[^)]*brings it along)`,
  )
}
