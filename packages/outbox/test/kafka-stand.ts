import { randomUUID } from 'node:crypto'
import type { Transport } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import type { Db, MongoClient } from 'mongodb'
import { runProgram, type StartedProgram, startProgram } from './program.ts'
import { createLampsTopic, openDatabase, setting } from './stand.ts'

/** A Kafka stand is one test's topic on a real Kafka and its database. */
export interface KafkaStand {
  readonly client: MongoClient
  readonly db: Db
  readonly transport: Transport
  readonly topic: string
  /** Runs a program of this folder until it ends; resolves with the signal that ended it. */
  run(program: string, env: Readonly<Record<string, string>>): Promise<NodeJS.Signals | null>
  /** Starts a program of this folder. */
  start(program: string, env: Readonly<Record<string, string>>): StartedProgram
  close(): Promise<void>
}

/** Sets a stand up, with a topic of three partitions. */
export async function createKafkaStand(): Promise<KafkaStand> {
  setting('KAFKA_BROKERS')
  const topicPrefix = `outbox-test-${randomUUID()}`
  const { client, db, drop } = await openDatabase()
  const transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix })
  const topic = await createLampsTopic(transport)
  return {
    client,
    db,
    transport,
    topic,
    run: async (program, env) => (await runProgram(program, { ...env, KAFKA_TOPIC_PREFIX: topicPrefix })).signal,
    start: (program, env) => startProgram(program, { ...env, KAFKA_TOPIC_PREFIX: topicPrefix }),
    async close() {
      await transport.close()
      await deleteTopic(topic)
      await drop()
    },
  }
}

async function deleteTopic(topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: setting('KAFKA_BROKERS').split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  await admin.disconnect()
}
