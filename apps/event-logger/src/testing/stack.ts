import { randomUUID } from 'node:crypto'
import { type Headers, type Transport, topicNames } from '@house-helper/events-core'
import { connectionSettings, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { type Db, MongoClient } from 'mongodb'
import { brokerSettings } from '../broker-settings.ts'
import { configFromEnv, type EventLoggerConfig } from '../config.ts'

/** Topics, a group and a database of a test's own, on the Kafka and the MongoDB that the environment names. */
export interface TestStack extends AsyncDisposable {
  /** The variables with which an event logger works on them, on free ports. */
  readonly env: Readonly<Record<string, string>>
  readonly config: EventLoggerConfig
  readonly transport: Transport
  readonly db: Db
  /** The name of a domain's topic. */
  topic(domain: string): string
  /** Appends messages to a partition of a domain's topic. */
  publish(domain: string, partition: number, values: readonly (Uint8Array | string | null)[]): Promise<void>
}

const sendTimeoutMs = 10_000

/** Makes a stack with topics of three partitions; disposing drops the topics and the database. */
export async function createTestStack(domains: readonly string[]): Promise<TestStack> {
  const prefix = `test-${randomUUID()}`
  const env = {
    KAFKA_BROKERS: required('KAFKA_BROKERS'),
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_GROUP_ID: `${prefix}-logger`,
    MONGODB_URI: required('MONGODB_URI'),
    MONGODB_DATABASE: prefix,
    HTTP_PORT: '0',
    PROBE_HOST: '127.0.0.1',
    PROBE_PORT: '0',
  }
  const config = configFromEnv(env)
  const transport = createKafkaTransport(connectionSettings(config.kafka))
  const client = new MongoClient(env.MONGODB_URI)
  const topic = topicNames(prefix).domain
  const db = client.db(prefix)
  const specs = domains.map((name) => ({ name: topic(name), partitions: 3, replicationFactor: 1, config: {} }))
  await transport.admin.createTopics(specs)
  const headers: Headers = []
  return {
    env,
    config,
    transport,
    db,
    topic,
    async publish(domain, partition, values) {
      const messages = values.map((value) => ({
        key: null,
        value: typeof value === 'string' ? Buffer.from(value) : value,
        headers,
      }))
      await transport.sender.append({ topic: topic(domain), partition, messages }, { timeoutMs: sendTimeoutMs })
    },
    async [Symbol.asyncDispose]() {
      await db.dropDatabase()
      await client.close()
      await transport.close()
      const admin = new Admin({ ...brokerSettings(config.kafka), clientId: 'test' })
      await admin.deleteTopics({ topics: domains.map(topic) })
      await admin.close()
    },
  }
}

function required(variable: string): string {
  const text = process.env[variable]
  if (text) return text
  throw new Error(`Set ${variable} to a server for tests, or run the tests with pnpm test, which starts one.`)
}
