import { randomBytes } from 'node:crypto'
import { type Admin, Kafka, logLevel } from 'kafkajs'

/** The brokers that integration tests run against. */
export function brokersFromEnv(): string[] {
  const brokers = process.env.KAFKA_BROKERS
  if (brokers) return brokers.split(',')
  throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
}

/** A topic prefix that no other test uses. */
export function randomPrefix(): string {
  return `t${randomBytes(6).toString('hex')}`
}

/** Deletes every topic under a prefix, which the Transport port has no call for. */
export async function deleteTopics(prefix: string): Promise<void> {
  const admin: Admin = new Kafka({ brokers: brokersFromEnv(), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`))
    if (topics.length > 0) await admin.deleteTopics({ topics })
  } finally {
    await admin.disconnect()
  }
}
