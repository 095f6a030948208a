import { randomBytes } from 'node:crypto'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import { decodeDelivery, silentLogger, type Transport, topicNames } from '@house-helper/events-core'
import { createSubscriber, onTasks, type Subscriber } from '@house-helper/tasks'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { domains } from './domains.ts'
import { runInMemory } from './test-world.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `replay-${randomBytes(6).toString('hex')}`
const kafkaEnv = { KAFKA_BROKERS: process.env.KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: name }
const names = topicNames(name)
const [points, mail] = [`points-${name}`, `mail-${name}`]
const deadline = { timeout: 30_000, interval: 50 }

let transport: Transport
let logger: EventLogger
const subscribers: Subscriber[] = []

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS || !mongodbUri) {
    throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  }
  transport = createKafkaTransport(connectionFromEnv(kafkaEnv))
  const http = { HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1' }
  const mongodb = { MONGODB_URI: mongodbUri, MONGODB_DATABASE: name, KAFKA_GROUP_ID: name }
  for (const added of [
    ['--group', points],
    ['--group', mail],
    ['--sandbox', 'try-1'],
  ]) {
    expect((await run('topics', 'apply', ...added)).exitCode).toBe(0)
  }
  logger = await createEventLogger(configFromEnv({ ...kafkaEnv, ...http, ...mongodb }), { logger: silentLogger })
  await logger.started
}, 60_000)

afterAll(async () => {
  await Promise.all(subscribers.map((one) => one.close()))
  await logger?.close()
  const topics = (await transport.admin.describeTopics()).map((topic) => topic.name)
  await transport.close()
  const admin = new Admin({ clientId: name, bootstrapBrokers: String(process.env.KAFKA_BROKERS).split(',') })
  await admin.deleteTopics({ topics: topics.filter((topic) => topic.startsWith(`${name}.`)) })
  await admin.deleteGroups({ groups: [points, mail, name] })
  await admin.close()
  const client = new MongoClient(mongodbUri)
  await client.db(name).dropDatabase()
  await client.close()
})

/** Runs hh-events against the event logger of this test. */
function run(...argv: string[]) {
  const env = { ...kafkaEnv, NO_COLOR: '1', USER: 'ada', EVENT_LOGGER_URL: logger?.url }
  const openTransport = () => createKafkaTransport(connectionFromEnv(env))
  return runInMemory([...argv, '--timeout', '20s'], { env, domains, openTransport })
}

/** A service that handles tasks, and notes them. */
async function subscribe(groupId: string, handled: string[], onReplay: 'handle' | 'skip'): Promise<void> {
  const handle = async ({ id }: { id: string }, { delivery }: { delivery: { kind: string } }) =>
    void handled.push(`${id} ${delivery.kind}`)
  const on = [onTasks({ 'task.created': { handle, onReplay } })]
  const one = createSubscriber({ transport, groupId, on, commitIntervalMs: 50 })
  subscribers.push(one)
  await one.start()
}

it('replays what a filter finds to the group that is named, tried out in a sandbox first', async () => {
  const [handled, seen]: [string[], string[]] = [[], []]
  await subscribe(points, handled, 'handle')
  await subscribe(mail, seen, 'skip')
  for (const id of ['one', 'two', 'three']) {
    const data = JSON.stringify({ taskId: id, title: 'Sweep' })
    await run('publish', 'task.created', '--id', id, '--household', 'household-1', '--data', data)
  }
  await vi.waitFor(() => expect([handled.length, seen.length]).toEqual([3, 3]), deadline)
  const planned = async (...options: string[]) => {
    const { lines, stderr } = await run('replay', 'plan', '--filter', 'type:task.* since:1h', ...options)
    expect(stderr).toBe('')
    return lines[0] as { id: string; count: number }
  }
  const sandboxed = await vi.waitFor(async () => {
    const plan = await planned('--to-group', points, '--sandbox', 'try-1')
    expect(plan.count).toBe(3)
    return plan
  }, deadline)
  expect((await run('replay', 'run', sandboxed.id)).lines).toMatchObject([{ state: 'done', sent: 3 }])
  const tried = await Promise.all(
    [0, 1, 2].map((partition) => transport.read({ topic: names.sandbox('try-1'), partition, offset: 0 })),
  )
  expect(tried.flat().map((message) => decodeDelivery(message))).toMatchObject(
    ['one', 'two', 'three'].map(() => ({ ok: true, note: { kind: 'replay', groupId: points } })),
  )

  const plan = await planned('--to-group', points, '--to-group', mail)
  expect(plan).toMatchObject({
    contract: { judged: 3, ok: 3 },
    groups: [
      { group: points, types: [{ type: 'task.created', onReplay: 'handle' }] },
      { group: mail, types: [{ type: 'task.created', onReplay: 'skip' }] },
    ],
  })
  const { lines, exitCode } = await run('replay', 'run', plan.id, '--rate', '100')
  expect({ lines, exitCode }).toMatchObject({ lines: [{ state: 'done', sent: 3, total: 3, by: 'ada' }], exitCode: 0 })
  await vi.waitFor(() => expect(handled.slice(3)).toEqual(['one replay', 'two replay', 'three replay']), deadline)
  await vi.waitFor(() => expect(subscribers[1]?.stats().replaysSkipped).toBe(3), deadline)
  expect(seen).toHaveLength(3)
  // Given again it is the same run, and sends nothing.
  const [first] = lines
  expect((await run('replay', 'run', plan.id, '--rate', '100')).lines).toMatchObject([{ id: first?.id }])
  expect((await run('replay', 'status')).lines).toMatchObject([{ id: first?.id }, { planId: sandboxed.id }])
  expect((await run('replay', 'watch', String(first?.id))).lines).toMatchObject([{ state: 'done' }])
  expect(handled).toHaveLength(6)
}, 60_000)

it('says what is wrong, and the command that mends it', async () => {
  const plan = (...options: string[]) => run('replay', 'plan', ...options)
  const missing = await plan('--filter', 'type:task.*', '--to-group', 'nobody')
  expect(missing.exitCode).toBe(1)
  expect(missing.stderr).toContain('/groups/0')
  expect(missing.stderr).toContain('hh-events topics apply --group nobody')
  const sandbox = await plan('--filter', 'type:task.*', '--sandbox', 'none')
  expect(sandbox.stderr).toContain('hh-events topics apply --sandbox none')
  expect((await plan('--filter', 'tipe:x', '--to-group', points)).stderr).toContain('there is no field "tipe"')
  expect((await run('replay', 'run', 'nothing')).stderr).toContain('/planId: There is no such plan')
  expect((await run('replay', 'cancel', 'nothing')).stderr).toContain('There is no replay with the id "nothing"')
})
