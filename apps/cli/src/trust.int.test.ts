import { randomBytes } from 'node:crypto'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import { silentLogger, type Transport, topicNames } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { domains } from './domains.ts'
import { runInMemory } from './test-world.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `trust-${randomBytes(6).toString('hex')}`
const kafkaEnv = { KAFKA_BROKERS: process.env.KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: name }
const topic = topicNames(name).domain('tasks')
const deadline = { timeout: 30_000, interval: 50 }

let client: MongoClient
let db: Db
let transport: Transport
let logger: EventLogger

const config = () =>
  configFromEnv({
    ...{ ...kafkaEnv, KAFKA_GROUP_ID: name, MONGODB_URI: mongodbUri, MONGODB_DATABASE: name },
    ...{ HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1', EVENT_LOG_RETENTION: 'tasks=30d' },
  })
const start = async () => {
  logger = await createEventLogger(config(), { logger: silentLogger, retentionIntervalMs: 100 })
  await logger.started
}
const run = (...argv: string[]) => runInMemory(argv, { env: { NO_COLOR: '1', EVENT_LOGGER_URL: logger.url }, domains })
const message = (id: string) => {
  const envelope = {
    ...{ id, type: 'task.deleted', source: 'test', householdId: 'household-001', version: '1.0' },
    ...{ timestamp: '2026-01-31T08:00:00Z', data: { taskId: id } },
  }
  return { key: Buffer.from('household-001'), value: Buffer.from(JSON.stringify(envelope)), headers: [] }
}

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS || !mongodbUri) {
    throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  }
  client = new MongoClient(mongodbUri)
  db = client.db(name)
  transport = createKafkaTransport(connectionFromEnv(kafkaEnv))
  await transport.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
  const messages = [...['a', 'b', 'a', 'c'].map(message), { key: null, value: null, headers: [] }, message('d')]
  await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 10_000 })
  await start()
  await vi.waitFor(async () => expect(await db.collection('ledger').findOne({ to: 6 })).not.toBeNull(), deadline)
}, 60_000)

afterAll(async () => {
  await logger?.close()
  await transport?.close()
  await db?.dropDatabase()
  await client?.close()
  const admin = new Admin({ clientId: name, bootstrapBrokers: String(process.env.KAFKA_BROKERS).split(',') })
  await admin.deleteTopics({ topics: [topic] })
  await admin.close()
})

describe('a log on Kafka and MongoDB', () => {
  it('is sound; what is lost is found, and brought back by a backfill', async () => {
    const sound = await run('log', 'verify')
    expect(sound.lines.at(-1)).toEqual({
      ...{ kind: 'summary', summary: { partitions: 1, messages: 6, compared: 6, removed: 0, findings: 0 } },
    })
    expect(sound.exitCode).toBe(0)
    await db.collection<{ _id: string }>('records').deleteOne({ _id: 'b' })
    await db.collection('quarantine').deleteMany({})
    const lost = await run('log', 'verify', '--topic', 'tasks')
    expect(lost.exitCode).toBe(1)
    expect(lost.lines.slice(0, 2)).toMatchObject([
      { finding: { topic, kind: 'missing', from: 1, to: 2, inTopic: true } },
      { finding: { topic, kind: 'missing', from: 4, to: 5, inTopic: true } },
    ])
    expect(await run('log', 'backfill', '--topic', 'tasks', '--yes')).toMatchObject({ exitCode: 0 })
    expect(await run('log', 'verify')).toMatchObject({ exitCode: 0 })
  })

  it('loses what is older than EVENT_LOG_RETENTION keeps, says so, and is sound', async () => {
    const brokerTime = new Date(Date.now() - 60 * 86_400_000)
    const old = { offset: { $lt: 4 } }
    await db.collection('records').updateMany(old, { $set: { brokerTime } })
    const preview = await run('log', 'retention', '--keep', 'tasks=90d')
    expect(preview.lines).toMatchObject([
      { policy: { asked: 'tasks=90d', applied: 'tasks=30d' } },
      { domain: { domain: 'tasks', records: 0 } },
      { kind: 'summary' },
    ])
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${logger.probeUrl}/metrics`)).text()
      expect(metrics).toContain(`event_logger_retention_removed_total{topic="${topic}",kind="record"} 3\n`)
    }, deadline)
    expect(
      await db
        .collection('records')
        .find()
        .map(({ _id }) => String(_id))
        .toArray(),
    ).toEqual(['d'])
    const { lines, exitCode } = await run('log', 'verify')
    expect(exitCode).toBe(0)
    expect(lines.at(-1)).toMatchObject({ summary: { messages: 6, compared: 2, removed: 4, findings: 0 } })
    const coverage: unknown = await (await fetch(`${logger.url}/api/v1/coverage`)).json()
    expect(coverage).toMatchObject({ partitions: [{ topic, removedBelow: { generation: 1, offset: 4 } }] })
  })

  it('refuses a retention of which a part is wrong, naming it', async () => {
    const { exitCode, stderr } = await run('log', 'retention', '--keep', 'tasks=soon')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('keep: "tasks=soon" has no duration')
  })
})
