import { randomBytes } from 'node:crypto'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import { type FetchedMessage, silentLogger, type Transport, topicNames } from '@house-helper/events-core'
import { createSubscriber, createTasksPublisher, onTasks, type Subscriber } from '@house-helper/tasks'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { domains } from '../domains.ts'
import { runInMemory } from '../test-world.ts'
import { badValues, oddMessages } from './bad-bytes.ts'
import { brokenData, deepData, hardData } from './bad-data.ts'
import { brokenEnvelopes, edges, hardIds } from './bad-envelopes.ts'
import { type BadMessage, envelopeText, goodData, messageOf, numbered } from './bad-message.ts'
import { batchesOf, bytesOf } from './bytes.ts'
import { largest, largestValueBytes } from './largest.ts'
import { documentAt, type Letter, readAll, readDelivery, readLetters } from './reading.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `bad-${randomBytes(6).toString('hex')}`
const kafkaEnv = { KAFKA_BROKERS: process.env.KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: name }
const group = `group-${name}`
const names = topicNames(name)
const topic = names.domain('tasks')
const deadline = { timeout: 60_000, interval: 50 }

const rows: readonly BadMessage[] = [
  ...numbered(hardData, 'data'),
  ...numbered(deepData, 'deep'),
  ...numbered(brokenData, 'broken'),
  ...numbered(brokenEnvelopes, 'envelope'),
  ...numbered(hardIds, 'id'),
  ...numbered(edges, 'edge'),
  ...numbered(badValues, 'value'),
  ...numbered(oddMessages, 'odd'),
  ...numbered(largest, 'largest'),
]
const neighbour = (row: number): string => `neighbour-${row}`
const offsetOf = (row: number): number => row * 2 + 1
const end = rows.length * 2 + 1

let client: MongoClient
let db: Db
let transport: Transport
let logger: EventLogger
let subscriber: Subscriber
let stored: readonly FetchedMessage[]
let letters: ReadonlyMap<number, Letter>
const handled: string[] = []

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS || !mongodbUri) {
    throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  }
  client = new MongoClient(mongodbUri)
  db = client.db(name)
  transport = createKafkaTransport(connectionFromEnv(kafkaEnv))
  expect((await run('topics', 'apply', '--group', group, '--partitions', '1')).exitCode).toBe(0)
  const http = { HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1' }
  const database = { MONGODB_URI: mongodbUri, MONGODB_DATABASE: name, KAFKA_GROUP_ID: name }
  const config = configFromEnv({ ...kafkaEnv, ...http, ...database })
  logger = await createEventLogger(config, { logger: silentLogger, indexIntervalMs: 100, countIntervalMs: 100 })
  await logger.started
  await appendAll()
  await startSubscriber()
  await vi.waitFor(allDone, deadline)
  stored = await readAll(transport, topic)
  letters = await readLetters(transport, names.dead(group))
}, 120_000)

afterAll(async () => {
  await subscriber?.close()
  await logger?.close()
  const topics = (await transport.admin.describeTopics()).map((one) => one.name)
  await transport?.close()
  const admin = new Admin({ clientId: name, bootstrapBrokers: String(process.env.KAFKA_BROKERS).split(',') })
  await admin.deleteTopics({ topics: topics.filter((one) => one.startsWith(`${name}.`)) })
  await admin.deleteGroups({ groups: [group, name] })
  await admin.close()
  await db?.dropDatabase()
  await client?.close()
})

/** Appends every bad message between two good ones, as many as fit in one batch. */
async function appendAll(): Promise<void> {
  const good = (row: number) => messageOf(envelopeText(neighbour(row)))
  const messages = [good(0), ...rows.flatMap(({ message }, row) => [message, good(row + 1)])]
  for (const batch of batchesOf(messages)) {
    await transport.sender.append({ topic, partition: 0, messages: batch }, { timeoutMs: 30_000 })
  }
}

async function startSubscriber(): Promise<void> {
  const on = [onTasks({ 'task.created': async ({ id }) => void handled.push(id) })]
  subscriber = createSubscriber({ transport, groupId: group, on, commitIntervalMs: 50 })
  await subscriber.start()
}

/** Both have everything behind them: the logger by its ledger, the subscriber by its commit. */
async function allDone(): Promise<void> {
  expect(await db.collection('partitions').findOne({ topic, partition: 0 })).toMatchObject({ next: end })
  expect(await transport.admin.committed(group, [topic])).toMatchObject([{ offset: end }])
}

/** Runs hh-events against the event logger of this test. */
function run(...argv: string[]) {
  const env = { ...kafkaEnv, NO_COLOR: '1', USER: 'ada', EVENT_LOGGER_URL: logger?.url }
  const openTransport = () => createKafkaTransport(connectionFromEnv(env))
  return runInMemory([...argv.slice(0, 2), '--timeout', '20s', ...argv.slice(2)], { env, domains, openTransport })
}

const indexed = rows.map((row, index) => ({ ...row, index, offset: offsetOf(index) }))

describe('every bad message', () => {
  it('is one of sixty or more, each of which lies in Kafka as it was sent', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60)
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length)
    expect(stored).toHaveLength(end)
    for (const { message, offset } of indexed) expect(bytesOf(stored[offset] ?? {})).toEqual(bytesOf(message))
  })

  it.each(indexed)('$name: $recorded in the log, byte for byte', async ({ message, recorded, offset, id }) => {
    const [kind, reason] = recorded.split(': ')
    if (kind === 'quarantine') {
      expect(await documentAt(db, { topic, offset }, 'records')).toBeUndefined()
      expect(await documentAt(db, { topic, offset }, 'quarantine')).toMatchObject({ reason, bytes: bytesOf(message) })
      return
    }
    expect(await documentAt(db, { topic, offset }, 'quarantine')).toBeUndefined()
    expect(await documentAt(db, { topic, offset }, 'records')).toMatchObject({
      _id: id,
      contract: recorded,
      bytes: bytesOf(message),
    })
  })

  it.each(indexed)('$name: $treated by a subscriber', ({ message, treated, offset, id }) => {
    const letter = letters.get(offset)
    expect(handled.filter((one) => one === id)).toHaveLength(treated === 'handled' ? 1 : 0)
    if (treated === 'handled' || treated === 'passed') return expect(letter).toBeUndefined()
    expect(letter?.note.lastFailure.code).toBe(treated)
    expect(bytesOf(letter?.original ?? {})).toEqual(bytesOf(message))
  })

  it('leaves its neighbours unharmed: each is recorded and handled once', async () => {
    const expected = Array.from({ length: rows.length + 1 }, (_, row) => neighbour(row))
    expect(handled.filter((id) => id.startsWith('neighbour')).sort()).toEqual(expected.sort())
    const found = await db.collection('records').countDocuments({ contract: 'ok', _id: { $in: expected as never[] } })
    expect(found).toBe(expected.length)
    expect(await db.collection('records').countDocuments()).toBe(
      expected.length + rows.filter(({ recorded }) => !recorded.startsWith('quarantine')).length,
    )
  })

  it('leaves the subscriber and the event logger in good health', async () => {
    expect(subscriber.health()).toEqual({ status: 'up', reasons: [] })
    expect((await fetch(`${logger.probeUrl}/readyz`)).status).toBe(200)
    expect((await run('log', 'list', '--all')).lines).toHaveLength(await db.collection('records').countDocuments())
  })
})

describe('every bad event that is recorded', () => {
  const readable = indexed.filter(({ id }) => id !== undefined && id !== '')
  it.each(readable)(
    '$name: is answered by the API and hh-events, its data as it was written',
    async ({ id, ...row }) => {
      const { data = goodData, message } = row
      const ask = async (path = ''): Promise<Response> => {
        const response = await fetch(new URL(`/api/v1/events/${encodeURIComponent(id ?? '')}${path}`, logger.url))
        expect(response.status).toBe(200)
        return response
      }
      expect((await (await ask()).text()).includes(`,"data":${data},`)).toBe(true)
      const raw = await ask('/raw')
      expect(Buffer.from(await raw.arrayBuffer()).equals(message.value ?? Buffer.alloc(0))).toBe(true)
      const key = message.key && Buffer.from(message.key)
      const isLong = key !== null && key.length > 4096
      expect(raw.headers.get('x-kafka-key-base64')).toBe(key === null || isLong ? null : key.toString('base64'))
      expect(raw.headers.get('x-kafka-key-bytes')).toBe(isLong ? `${key.length}` : null)
      for (const path of ['/causation', '/deliveries']) expect(await (await ask(path)).json()).toBeTypeOf('object')
      const { exitCode, stdout } = await run('log', 'get', '--', id ?? '')
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout).id).toBe(id)
    },
  )
})

describe('all of it together', () => {
  it('is exported whole, each event as it was written', async () => {
    const text = await (await fetch(new URL('/api/v1/events/export', logger.url))).text()
    const lines = text.trimEnd().split('\n')
    const records = await db.collection('records').countDocuments()
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ trailer: { events: records } })
    expect(lines).toHaveLength(records + 1)
    for (const { id, data = goodData } of indexed.filter((row) => row.id !== undefined)) {
      const [line] = lines.filter((one) => one.startsWith(`{"id":${JSON.stringify(id)},`))
      expect(line?.includes(`,"data":${data},`)).toBe(true)
    }
  })

  it('lists what is in quarantine', async () => {
    const response = await fetch(new URL('/api/v1/quarantine?limit=200', logger.url))
    expect(((await response.json()) as { messages: unknown[] }).messages).toHaveLength(
      rows.filter(({ recorded }) => recorded.startsWith('quarantine')).length,
    )
  })
})

describe('every bad event that is given up', () => {
  it('is listed, shown, and redriven with the bytes that it came with', async () => {
    const count = letters.size
    const listed = await vi.waitFor(async () => {
      const { lines } = await run('dead', 'list', '--group', group, '--limit', '200')
      expect(lines).toHaveLength(count)
      return lines
    }, deadline)
    for (const { id, eventId } of listed) {
      const shown = (await run('dead', 'show', String(id))).lines[0]
      expect(shown).toMatchObject({ eventId, state: 'open', value: { text: expect.any(String) } })
    }
    const { lines } = await run('dead', 'redrive', '--group', group, '--rate', '1000', '--yes')
    expect(lines).toEqual([{ matched: count, redriven: count, skipped: [] }])
    const sent = new Map(
      (await readAll(transport, names.inbox(group))).map((message) => {
        const { note, original } = readDelivery(message)
        return [note.origin.offset, bytesOf(original)]
      }),
    )
    expect(sent).toEqual(new Map([...letters].map(([offset, { original }]) => [offset, bytesOf(original)])))
    await vi.waitFor(async () => {
      expect((await run('dead', 'list', '--group', group, '--limit', '200')).lines).toMatchObject(
        Array.from({ length: count }, () => ({ kind: 'redrive', count: 2 })),
      )
    }, deadline)
  }, 60_000)
})

describe('the largest message', () => {
  it('is the largest: one byte more is refused when it is published, and the next event goes through', async () => {
    const publisher = createTasksPublisher({ source: 'bad-service', transport })
    const publish = (id: string, titleLength: number) =>
      publisher.publish(
        'task.created',
        { taskId: 'task-001', title: 't'.repeat(titleLength) },
        { householdId: 'household-001', id },
      )
    const { offset } = await publish('size-1', 1)
    const [small] = await transport.read({ topic, partition: 0, offset })
    const fitting = largestValueBytes(small?.key?.length ?? 0) - (small?.value?.length ?? 0) + 1
    expect(await publish('size-2', fitting)).toMatchObject({ offset: offset + 1 })
    const refused = publish('size-3', fitting + 1)
    const next = publish('size-4', 1)
    await expect(refused).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', outcome: 'not-sent', canRetry: false })
    expect(await next).toMatchObject({ offset: offset + 2 })
    expect(await publisher.close()).toEqual({ undelivered: [] })
  })
})
