import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rightsOf } from '@house-helper/contracts'
import { configFromEnv, createEventLogger } from '@house-helper/event-logger'
import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { createSubscriber, onTasks } from '@house-helper/tasks'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { documentedServices } from './documented-services.ts'
import { domains } from './domains.ts'
import { endpointsFromEnv } from './kafka-settings.ts'
import { runInMemory } from './test-world.ts'

const rights = rightsOf(documentedServices, { topicPrefix: 'house-helper' })
const users = ['task-service', 'points-service', 'event-logger', 'operator', 'stranger']
const password = (name: string) => `${name}-secret`
const mongodbUri = process.env.MONGODB_URI ?? ''
let kafka: KafkaServer
let folder: string

/** The environment of a user, over SASL_SSL. */
function envOf(name: string, changed: Record<string, string> = {}): Record<string, string> {
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: kafka.certificates?.caFile ?? '',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: name,
    KAFKA_SASL_PASSWORD: password(name),
    ...changed,
  }
}

/** Runs hh-events as a user, on the real cluster. */
function run(env: Record<string, string>, ...argv: string[]) {
  const openTransport = () => createKafkaTransport(connectionFromEnv(env))
  return runInMemory([...argv, '--timeout', '30s'], { env, domains, endpoints: endpointsFromEnv, openTransport })
}

const publish = (env: Record<string, string>, type: string, data: object, ...options: string[]) =>
  run(env, 'publish', type, '--data', JSON.stringify(data), '--household', 'household-001', ...options)
const task = { taskId: 'task-001', title: 'Water the plants' }

/** An environment's file with the services of docs/operate.md, as an administrator would write it. */
async function writtenServices(): Promise<string> {
  const path = join(folder, 'kafka.json')
  await writeFile(path, JSON.stringify({ environments: { documented: { services: documentedServices } } }))
  return path
}

beforeAll(async () => {
  if (!mongodbUri) throw new Error('Set MONGODB_URI, or run the tests with: pnpm test')
  folder = await mkdtemp(join(tmpdir(), 'hh-events-'))
  const admin = { name: 'admin', password: password('admin'), isSuperUser: true }
  kafka = await startKafka({
    security: { users: [admin, ...users.map((name) => ({ name, password: password(name) }))] },
  })
  const file = await writtenServices()
  const given = await run(envOf('admin'), 'acl', 'apply', '--file', file, '--yes')
  expect(given).toMatchObject({ exitCode: 0, stderr: '' })
  expect(given.lines).toHaveLength(rights.length)
  const { exitCode, stderr } = await run(envOf('operator'), 'topics', 'apply', '--group', 'points-service')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
}, 180_000)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await kafka?.close()
})

describe('the rights in docs/operate.md', () => {
  it('are all there once they were applied, and a plan finds nothing to do', async () => {
    const { exitCode, lines } = await run(
      envOf('admin'),
      'acl',
      'plan',
      '--compare',
      '--file',
      join(folder, 'kafka.json'),
    )
    expect(new Set(lines.map(({ status }) => status))).toEqual(new Set(['matches']))
    expect(exitCode).toBe(0)
  })

  it('let the operator look at topics, the login and a group', async () => {
    const planned = await run(envOf('operator'), 'topics', 'plan', '--group', 'points-service')
    expect(new Set(planned.lines.map(({ change }) => change))).toEqual(new Set(['matches']))
    const { lines } = await run(envOf('operator'), 'doctor')
    const kafkas = lines.filter(({ subject }) => !/^event logger/.test(String(subject)))
    expect(kafkas.map(({ status }) => status)).not.toContain('failed')
    expect(lines.map(({ check }) => check)).toEqual(expect.arrayContaining(['tls', 'login', 'present', 'lag']))
  })

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'let a publisher publish its domain with %s',
    async (mechanism) => {
      const { exitCode, stderr } = await publish(
        envOf('task-service', { KAFKA_SASL_MECHANISM: mechanism }),
        'task.created',
        task,
      )
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    },
  )

  it('let a publisher publish no other domain: it is told which right is missing', async () => {
    const bill = domains.find(({ name }) => name === 'bills')?.contract('bill.created')
    const { exitCode, stderr } = await publish(envOf('task-service'), 'bill.created', bill?.example ?? {})
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/ACL .*Topic:house-helper\.bills/)
  })

  it('let a subscriber handle events in its group, try them later and give them up', async () => {
    const { lines } = await publish(envOf('task-service'), 'task.created', task)
    const handled: string[] = []
    const handle = (event: { readonly id: string }): never => {
      handled.push(event.id)
      throw new Error('no')
    }
    const retry = { attempts: 1, later: { delayMs: 50, attempts: 1 } }
    const on = [onTasks({ 'task.created': { handle, retry } })]
    const subscriber = createSubscriber({
      ...connectionFromEnv(envOf('points-service')),
      groupId: 'points-service',
      on,
    })
    await subscriber.start()
    await vi.waitFor(() => expect(subscriber.stats().deadLettered).toBeGreaterThan(0), { timeout: 30_000 })
    await vi.waitFor(() => expect(handled.filter((id) => id === lines[0]?.id)).toHaveLength(2), { timeout: 30_000 })
    await subscriber.close()
  })

  it('let a subscriber join no other group', async () => {
    const on = [onTasks({ 'task.created': async () => {} })]
    const subscriber = createSubscriber({
      ...connectionFromEnv(envOf('points-service')),
      groupId: 'other-service',
      deadLetters: false,
      on,
    })
    await expect(subscriber.start()).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      message: expect.stringContaining('other-service'),
    })
    await subscriber.close()
  })

  it('let the event logger record every topic, measure sizes, look at groups, and redrive what a subscriber gave up', {
    timeout: 120_000,
  }, async () => {
    const { lines } = await publish(envOf('operator'), 'task.created', task)
    const MONGODB_DATABASE = `rights-${randomBytes(6).toString('hex')}`
    const own = { MONGODB_URI: mongodbUri, MONGODB_DATABASE, HTTP_PORT: '0', PROBE_PORT: '0', LOG_LEVEL: 'silent' }
    const logger = await createEventLogger(configFromEnv(envOf('event-logger', own)))
    const ask = (path: string) => fetch(new URL(path, logger.url)).then((answer) => answer.json())
    await logger.started
    await vi.waitFor(
      async () =>
        expect(await ask(`/api/v1/events/${lines[0]?.id}`)).toMatchObject(lines[0] ? { id: lines[0].id } : {}),
      { timeout: 30_000 },
    )
    await vi.waitFor(
      async () => {
        const { topics } = (await ask('/api/v1/topics')) as {
          topics: { topic: string; partitions: { sizeBytes?: number }[] }[]
        }
        expect(topics.map(({ topic }) => topic).sort()).toEqual(
          domains.map(({ name }) => `house-helper.${name}`).sort(),
        )
        expect(topics.flatMap(({ partitions }) => partitions).every(({ sizeBytes }) => sizeBytes !== undefined)).toBe(
          true,
        )
      },
      { timeout: 40_000 },
    )
    const { groups, hidden } = (await ask('/api/v1/consumer-groups')) as { groups: { group: string }[]; hidden: [] }
    expect(groups.map(({ group }) => group)).toContain('points-service')
    expect(hidden).toEqual([])
    const dead = (...argv: string[]) => run({ EVENT_LOGGER_URL: logger.url }, 'dead', ...argv)
    await vi.waitFor(async () => expect((await dead('list')).lines.length).toBeGreaterThan(0), { timeout: 30_000 })
    const redriven = await dead('redrive', '--group', 'points-service', '--limit', '1', '--yes')
    expect(redriven).toMatchObject({ exitCode: 0, stderr: '', lines: [{ matched: 1, redriven: 1 }] })
    await logger.close()
    const client = new MongoClient(mongodbUri)
    await client.db(MONGODB_DATABASE).dropDatabase()
    await client.close()
  })
})

describe('without the right settings', () => {
  it('a wrong authority is said to be that, and is not called unreachable', async () => {
    const other = envOf('operator')
    // Without the file, Node's own authorities are asked, which did not sign this broker's certificate.
    delete other.KAFKA_SSL_CA_FILE
    const { lines } = await run(other, 'doctor')
    expect(lines.find(({ check }) => check === 'tls')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('KAFKA_SSL_CA_FILE'),
    })
    const planned = await run(other, 'topics', 'plan')
    expect(planned.exitCode).toBe(1)
    expect(planned.stderr).toContain('KAFKA_SSL_CA_FILE')
  })

  it('a wrong password is said to be that, and is not shown', async () => {
    const { exitCode, stderr } = await run(
      envOf('operator', { KAFKA_SASL_PASSWORD: 'guessed-wrongly' }),
      'topics',
      'plan',
    )
    expect(exitCode).toBe(1)
    expect(stderr).toContain('operator')
    expect(stderr).toContain('KAFKA_SASL_PASSWORD')
    expect(stderr).not.toContain('guessed-wrongly')
  })

  it('a user without any right is told which one it needs', async () => {
    const { exitCode, stderr } = await publish(envOf('stranger'), 'task.created', task)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('house-helper.tasks')
  })
})
