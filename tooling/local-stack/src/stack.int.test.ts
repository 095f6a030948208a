import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startMongo } from './mongodb/mongodb-server.ts'
import { freePorts } from './ports.ts'
import { type Stack, startStack } from './stack.ts'

// A start takes seconds, on a busy machine many.
vi.setConfig({ testTimeout: 180_000 })

// Servers of its own, whatever the run was given: what is tested is their coming and going.
const env = {}

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stack-test-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

test('a second start finds topics, records and documents at the same addresses, a fresh one finds none', async () => {
  const first = await startStack({ dataDir, env })
  await withKafka(first, async (kafka) => {
    await createTopic(kafka, 'kept')
    const producer = kafka.producer({ createPartitioner: () => () => 0 })
    await producer.connect()
    await producer.send({ topic: 'kept', messages: [{ value: 'a record' }] })
    await producer.disconnect()
  })
  await withMongo(first, (client) => client.db('kept').collection('documents').insertOne({ value: 'a document' }))
  await first.close()

  const second = await startStack({ dataDir, env })
  expect([second.kafka.brokers, second.mongodb.uri]).toEqual([first.kafka.brokers, first.mongodb.uri])
  await withKafka(second, async (kafka) => {
    const admin = kafka.admin()
    await admin.connect()
    expect(await admin.fetchTopicOffsets('kept')).toMatchObject([{ partition: 0, offset: '1' }])
    await admin.disconnect()
  })
  const documents = await withMongo(second, (client) => client.db('kept').collection('documents').find().toArray())
  expect(documents).toMatchObject([{ value: 'a document' }])
  await second.close()

  await using third = await startStack({ dataDir, fresh: true, env })
  await withKafka(third, async (kafka) => expect(await listTopics(kafka)).toEqual([]))
  expect(await withMongo(third, (client) => client.db('kept').collections())).toEqual([])
})

test('MongoDB follows its data to another port when the kept one is taken', async () => {
  const first = await startMongo({ dataDir })
  await first.close()
  const port = Number(new URL(first.uri).port)
  // It hangs up on the member that looks for itself at its old address.
  await using other = createServer((socket) => socket.destroy())
  await once(other.listen(port, '127.0.0.1'), 'listening')
  await using second = await startMongo({ dataDir })
  expect(second.uri).not.toBe(first.uri)
  const client = new MongoClient(second.uri)
  expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 })
  await client.close()
})

test('temporary data is gone after close', async () => {
  const mongo = await startMongo()
  expect(existsSync(mongo.dataDir)).toBe(true)
  await mongo.close()
  expect(existsSync(mongo.dataDir)).toBe(false)
})

test('uses the servers that the environment names and leaves them running', async () => {
  const { KAFKA_BROKERS, MONGODB_URI } = process.env
  if (!KAFKA_BROKERS || !MONGODB_URI) throw new Error('KAFKA_BROKERS and MONGODB_URI are not set: run pnpm test')
  const stack = await startStack({ env: { KAFKA_BROKERS, MONGODB_URI } })
  expect(stack.kafka).toMatchObject({ kind: 'environment', brokers: KAFKA_BROKERS.split(',') })
  expect(stack.mongodb).toMatchObject({ kind: 'environment', uri: MONGODB_URI })
  await stack.close()
  await withKafka(stack, async (kafka) => expect(await listTopics(kafka)).toEqual(expect.any(Array)))
  expect(await withMongo(stack, (client) => client.db('admin').command({ ping: 1 }))).toMatchObject({ ok: 1 })
})

test('fails naming KAFKA_BROKERS when nothing answers there, and ends the MongoDB that it had begun to start', async () => {
  const { port } = await freePorts(['port'])
  const progress = vi.fn()
  const start = startStack({ env: { KAFKA_BROKERS: `127.0.0.1:${port}` }, dataDir, onProgress: progress })
  await expect(start).rejects.toMatchObject({
    code: 'NOTHING_ANSWERS',
    message: expect.stringMatching(/^KAFKA_BROKERS/),
  })
  expect(existsSync(join(dataDir, 'mongodb', 'owner.json'))).toBe(false)
})

test('ends what it has begun when it is aborted', async () => {
  const abort = new AbortController()
  const start = startStack({ env, dataDir, signal: abort.signal, onProgress: () => abort.abort() })
  await expect(start).rejects.toMatchObject({ name: 'AbortError' })
  expect(existsSync(join(dataDir, 'kafka', 'owner.json'))).toBe(false)
  expect(existsSync(join(dataDir, 'mongodb', 'owner.json'))).toBe(false)
})

async function withKafka(stack: Stack, use: (kafka: Kafka) => Promise<void>): Promise<void> {
  await use(new Kafka({ brokers: [...stack.kafka.brokers], logLevel: logLevel.NOTHING }))
}

async function withMongo<Result>(stack: Stack, use: (client: MongoClient) => Promise<Result>): Promise<Result> {
  const client = new MongoClient(stack.mongodb.uri)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  await admin.disconnect()
}

async function listTopics(kafka: Kafka): Promise<string[]> {
  const admin = kafka.admin()
  await admin.connect()
  const topics = await admin.listTopics()
  await admin.disconnect()
  return topics
}
