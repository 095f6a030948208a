import { randomBytes } from 'node:crypto'
import type { Logger, Position, Transport } from '@house-helper/events-core'
import type { ConnectionSettings } from '@house-helper/transport-kafka'
import { type Admin, Kafka, logLevel } from 'kafkajs'

/** Makes the Transport that is tested. */
export type OpenTransport = (
  settings: Partial<ConnectionSettings>,
  options?: { readonly logger?: Logger },
) => Transport | Promise<Transport>

/** The brokers that integration tests run against. */
function brokersFromEnv(): string[] {
  const brokers = process.env.KAFKA_BROKERS
  if (brokers) return brokers.split(',')
  throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
}

/** A name that no other test uses. */
export function randomName(): string {
  return `t${randomBytes(6).toString('hex')}`
}

/** Runs work with kafkajs's own admin: to do and to check what a Transport does not offer. */
export async function withAdmin<Result>(
  work: (admin: Admin) => Promise<Result>,
  brokers = brokersFromEnv(),
): Promise<Result> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Drops the messages before a position. */
export async function truncate({ topic, partition, offset }: Position): Promise<void> {
  await withAdmin(async (admin) => {
    // kafkajs deletes records of topics only whose metadata it happens to have.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
  })
}

/** Deletes a topic of one partition and makes it again, as soon as the brokers have let go of the name. */
export async function remake(open: OpenTransport, topic: string): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [topic] })
    await using transport = await open(realSettings())
    const spec = { name: topic, partitions: 1, replicationFactor: 1, config: {} }
    const endMs = performance.now() + 30_000
    while ((await transport.admin.createTopics([spec])).length === 0) {
      if (performance.now() > endMs) throw new Error(`${topic} could not be made again within 30 s.`)
    }
  })
}

/** Deletes topics and groups; members of the groups must be gone. */
export async function cleanUp(topics: readonly string[], groupIds: readonly string[] = []): Promise<void> {
  await withAdmin(async (admin) => {
    if (topics.length > 0) await admin.deleteTopics({ topics: [...topics] })
    const known = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId))
    const existing = groupIds.filter((groupId) => known.has(groupId))
    if (existing.length > 0) await admin.deleteGroups(existing)
  })
}

/** The settings of a transport to the tests' brokers. */
export function realSettings(): Partial<ConnectionSettings> {
  return { brokers: brokersFromEnv() }
}
