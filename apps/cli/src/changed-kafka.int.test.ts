import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import { silentLogger, type Transport, topicNames } from '@house-helper/events-core'
import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { createSubscriber, onTasks, type Subscriber } from '@house-helper/tasks'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { envelopeText, messageOf } from './bad-input/bad-message.ts'
import { domains } from './domains.ts'
import { runInMemory } from './test-world.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `changed-${randomBytes(6).toString('hex')}`
const group = 'changed-group'
const names = topicNames(name)
const topic = names.domain('tasks')
const deadline = { timeout: 60_000, interval: 50 }

/** One address for clients, whichever Kafka is behind it. */
interface Door {
  readonly port: number
  to: number
  close(): Promise<void>
}

let client: MongoClient
let db: Db
let door: Door
let kafka: KafkaServer
let logger: EventLogger | undefined
let transport: Transport
let subscriber: Subscriber
const handled: string[] = []

beforeAll(async () => {
  if (!mongodbUri) throw new Error('Set MONGODB_URI, or run the tests with: pnpm test')
  client = new MongoClient(mongodbUri)
  db = client.db(name)
  door = await openDoor()
  await newKafka()
  transport = createKafkaTransport({ brokers: [`127.0.0.1:${door.port}`], topicPrefix: name }, { logger: silentLogger })
}, 120_000)

afterAll(async () => {
  await subscriber?.close()
  await logger?.close()
  await transport?.close()
  await kafka?.close()
  await door?.close()
  await db?.dropDatabase()
  await client?.close()
}, 60_000)

async function openDoor(): Promise<Door> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((from) => {
    const to = connect(opened.to, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      // That one side is gone is what the other side is told by its own end.
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        from.destroy()
        to.destroy()
      })
    }
    from.pipe(to).pipe(from)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const opened: Door = {
    port: (server.address() as AddressInfo).port,
    to: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return opened
}

/** Starts a Kafka with nothing in it but the topics and these events, in the place of the one before. */
async function newKafka(...events: string[]): Promise<void> {
  await kafka?.kill()
  kafka = await startKafka({ advertisedPort: door.port })
  const env = { KAFKA_BROKERS: kafka.brokers.join(), KAFKA_TOPIC_PREFIX: name, NO_COLOR: '1' }
  const openTransport = () => direct()
  const made = await runInMemory(['topics', 'apply', '--group', group, '--partitions', '1'], {
    ...{ env, domains, openTransport },
  })
  expect(made.exitCode).toBe(0)
  if (events.length > 0) await append(...events)
  door.to = kafka.proxiedPort ?? 0
}

const direct = (): Transport => createKafkaTransport({ brokers: kafka.brokers, topicPrefix: name })

async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Admin({ clientId: name, bootstrapBrokers: [...kafka.brokers] })
  await work(admin)
  await admin.close()
}

const ids = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `${prefix}-${from + n}`)

async function append(...events: string[]): Promise<void> {
  await using own = direct()
  const messages = events.map((id) => messageOf(envelopeText(id)))
  await own.sender.append({ topic, partition: 0, messages }, { timeoutMs: 30_000 })
}

async function openLogger(): Promise<void> {
  const http = { HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1' }
  const kafkaEnv = { KAFKA_BROKERS: `127.0.0.1:${door.port}`, KAFKA_TOPIC_PREFIX: name, KAFKA_GROUP_ID: name }
  const config = configFromEnv({ ...http, ...kafkaEnv, MONGODB_URI: mongodbUri, MONGODB_DATABASE: name })
  logger = await createEventLogger(config, { logger: silentLogger })
  await logger.started
}

async function openSubscriber(): Promise<void> {
  const on = [onTasks({ 'task.created': async ({ id }) => void handled.push(id) })]
  const quick = { commitIntervalMs: 50, stallTimeoutMs: 2000 }
  subscriber = createSubscriber({ transport, groupId: group, on, logger: silentLogger, ...quick })
  await subscriber.start()
}

/** Waits until the log has this much of a generation, and the subscriber has handled these events. */
async function done(generation: number, next: number, events: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    expect(await db.collection('partitions').findOne({ topic })).toMatchObject({ generation, next })
    expect(handled).toEqual(expect.arrayContaining([...events]))
  }, deadline)
}

async function isRecorded(events: readonly string[]): Promise<void> {
  const found = await db.collection('records').countDocuments({ _id: { $in: events as never[] } })
  expect(found).toBe(events.length)
}

describe('Kafka that changes behind its readers', () => {
  it('has its messages removed before they were read: both say which, and go on', async () => {
    await openLogger()
    await openSubscriber()
    await append(...ids('first', 0, 3))
    await done(1, 3, ids('first', 0, 3))
    await Promise.all([logger?.close(), subscriber.close()])
    await append(...ids('first', 3, 8))
    const topics = [{ name: topic, partitions: [{ partition: 0, offset: 6n }] }]
    await withAdmin((admin) => admin.deleteRecords({ topics }))
    await openLogger()
    await openSubscriber()
    await done(1, 8, ids('first', 6, 8))
    const gaps = await db.collection('ledger').find({ topic, kind: 'gap' }).toArray()
    expect(gaps).toMatchObject([{ generation: 1, gaps: [{ from: 3, to: 6, reason: 'truncated' }] }])
    expect(handled).not.toContain('first-3')
    expect(subscriber.stats().removed).toBe(3)
    expect(subscriber.health().reasons).toMatchObject([
      { code: 'EVENTS_REMOVED', message: expect.stringContaining('has lost the offsets 3 to 5') },
    ])
  }, 120_000)

  it('has a topic deleted and made again that is longer at once: both begin at its first message, and say so', async () => {
    await logger?.close()
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }))
    await using own = direct()
    const spec = { name: topic, partitions: 1, replicationFactor: 1, config: {} }
    await vi.waitFor(async () => expect(await own.admin.createTopics([spec])).toEqual([topic]), deadline)
    await append(...ids('second', 0, 12))
    await openLogger()
    await done(2, 12, ids('second', 0, 12))
    await isRecorded(ids('second', 0, 12))
    const start = await db.collection('ledger').findOne({ topic, kind: 'start', generation: 2 })
    expect(start?.start).toMatchObject({ reason: 'topic-changed', previous: { generation: 1, next: 8 } })
    expect(subscriber.health().reasons.map(({ code }) => code)).toContain('LOG_REMADE')
    expect(await (await fetch(`${logger?.probeUrl}/readyz`)).text()).toContain('generation 2 began at 0')
  }, 120_000)

  it('is made anew while both run: both begin at the first message', async () => {
    // It goes on where the one before ended, and further: only that it does not know the group tells them apart.
    await newKafka(...ids('third', 0, 20))
    await done(3, 20, ids('third', 0, 20))
    await isRecorded(ids('third', 0, 20))
    expect(handled.filter((id) => id.startsWith('third'))).toEqual(ids('third', 0, 20))
    const start = await db.collection('ledger').findOne({ topic, kind: 'start', generation: 3 })
    expect(start?.start).toMatchObject({ reason: 'cluster-changed', previous: { generation: 2, next: 12 } })
  }, 120_000)
})
