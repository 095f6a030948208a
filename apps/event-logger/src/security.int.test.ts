import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Logger, silentLogger } from '@house-helper/events-core'
import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { AclOperations, AclPermissionTypes, Admin, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { configFromEnv } from './config.ts'
import { createEventLogger } from './event-logger.ts'
import { startLogger } from './testing/logger-process.ts'

const password = (user: string): string => `${user}-s3cr3t`
const database = `test-${randomUUID()}`
const group = 'house-helper-event-consumer'
let kafka: KafkaServer

function envOf(user: string, changed: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: kafka.certificates?.caFile ?? '',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: password(user),
    MONGODB_URI: process.env.MONGODB_URI ?? '',
    MONGODB_DATABASE: database,
    HTTP_PORT: '0',
    PROBE_HOST: '127.0.0.1',
    PROBE_PORT: '0',
    ...changed,
  }
}

beforeAll(async () => {
  if (!process.env.MONGODB_URI) throw new Error('Set MONGODB_URI, or run the tests with pnpm test.')
  const users = ['admin', 'logger', 'stranger'].map((name) => ({ name, password: password(name) }))
  kafka = await startKafka({
    security: { users: users.map((user) => ({ ...user, isSuperUser: user.name === 'admin' })) },
  })
  const admin = new Admin({
    clientId: 'test',
    bootstrapBrokers: [...kafka.brokers],
    tls: { ca: readFileSync(kafka.certificates?.caFile ?? '', 'utf8') },
    sasl: { mechanism: 'PLAIN', username: 'admin', password: password('admin') },
  })
  await admin.createTopics({ topics: ['house-helper.tasks'], partitions: 1, replicas: 1 })
  const right = {
    principal: 'User:logger',
    host: '*',
    operation: AclOperations.READ,
    permissionType: AclPermissionTypes.ALLOW,
  }
  await admin.createAcls({
    creations: [
      {
        ...right,
        resourceType: ResourceTypes.TOPIC,
        resourceName: 'house-helper.',
        resourcePatternType: ResourcePatternTypes.PREFIXED,
      },
      {
        ...right,
        resourceType: ResourceTypes.GROUP,
        resourceName: group,
        resourcePatternType: ResourcePatternTypes.LITERAL,
      },
    ],
  })
  await admin.close()
}, 180_000)

afterAll(async () => {
  await kafka?.close()
  const client = new MongoClient(process.env.MONGODB_URI ?? '')
  await client.db(database).dropDatabase()
  await client.close()
})

it.each([
  ['a password is wrong', 'AUTHENTICATION_FAILED', 'KAFKA_SASL_PASSWORD', { KAFKA_SASL_PASSWORD: 'wr0ng' }],
  ['the authority is unknown', 'TLS_FAILED', 'KAFKA_SSL_CA_FILE', { KAFKA_SSL_CA_FILE: '' }],
])(
  'ends at once with 1 where %s, and names what to set',
  { timeout: 60_000 },
  async (_what, code, variable, changed) => {
    const { exitCode, log } = await startLogger(envOf('logger', changed)).ended
    expect(exitCode).toBe(1)
    const fatal = log.find(({ level }) => level === 'fatal')
    expect(fatal).toMatchObject({ err: { code, message: expect.stringContaining(variable) } })
    const said = JSON.stringify(log)
    expect(said).not.toContain('wr0ng')
    expect(said).not.toContain(password('logger'))
  },
)

it('ends at once with 1 where the right to read the group is missing, and names it', { timeout: 60_000 }, async () => {
  const { exitCode, log } = await startLogger(envOf('logger', { KAFKA_GROUP_ID: 'another' })).ended
  expect(exitCode).toBe(1)
  const fatal = log.find(({ level }) => level === 'fatal')
  expect(fatal).toMatchObject({ err: { code: 'NOT_AUTHORIZED', message: expect.stringContaining('another') } })
})

it('records without the right on the cluster, has no sizes then, and says which right that takes', async () => {
  const warnings: { fields: object; message: string }[] = []
  const logger: Logger = { ...silentLogger, warn: (fields, message) => void warnings.push({ fields, message }) }
  const config = configFromEnv(envOf('logger'))
  const eventLogger = await createEventLogger(config, { logger, lagIntervalMs: 200, sizeIntervalMs: 200 })
  await eventLogger.started
  const metrics = await vi.waitFor(
    async () => {
      const text = await (await fetch(`${eventLogger.probeUrl}/metrics`)).text()
      expect(text).toContain('event_logger_consumer_lag_messages{topic="house-helper.tasks",partition="0"} 0')
      expect(warnings).toHaveLength(1)
      return text
    },
    { timeout: 20_000 },
  )
  expect(metrics).not.toContain('event_logger_topic_size_bytes{')
  expect(warnings[0]).toMatchObject({
    message: expect.stringContaining('topic sizes'),
    fields: { err: { message: expect.stringContaining('Describe on Cluster') } },
  })
  await eventLogger.close()
})
