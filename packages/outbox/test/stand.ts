import { randomUUID } from 'node:crypto'
import { type Envelope, type FetchedMessage, type Transport, topicNames } from '@house-helper/events-core'
import { createMemoryTransport, type MemoryTransport } from '@house-helper/transport-memory'
import { type ClientSession, type Db, MongoClient } from 'mongodb'
import {
  createOutbox,
  createOutboxRelay,
  type Outbox,
  type OutboxRelay,
  type OutboxRelayOptions,
} from '../src/index.ts'
import { lamps } from './lamps.ts'

/** A setting that the test run provides. */
export function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set: run the tests with pnpm test.`)
  return value
}

/** Opens a database of its own name; `drop` removes it and closes its client. */
export async function openDatabase(): Promise<{ client: MongoClient; db: Db; drop(): Promise<void> }> {
  const client = await new MongoClient(setting('MONGODB_URI'), { serverSelectionTimeoutMS: 10_000 }).connect()
  const db = client.db(`outbox-test-${randomUUID()}`)
  return {
    client,
    db,
    async drop() {
      await db.dropDatabase()
      await client.close()
    },
  }
}

/** A stand is one test's database, broker in memory and outbox of lamps, with the relays that the test starts on them. */
export interface Stand {
  readonly client: MongoClient
  readonly db: Db
  readonly transport: MemoryTransport
  readonly topic: string
  readonly outbox: Outbox<typeof lamps>
  relay(options?: Partial<OutboxRelayOptions>): OutboxRelay
  /** Does work in a transaction, as a service does. */
  inTransaction(work: (session: ClientSession) => Promise<unknown>): Promise<void>
  /** Enqueues lamp.lit for a household in a transaction of its own. */
  light(householdId: string, step: number, lampId?: string): Promise<void>
  /** How many entries wait. */
  waiting(): Promise<number>
  /** All that lies in the topic, partition by partition. */
  published(): Promise<Envelope[]>
  close(): Promise<void>
}

/** Sets a stand up, with three partitions. */
export async function createStand(): Promise<Stand> {
  const { client, db, drop } = await openDatabase()
  const transport = createMemoryTransport()
  const topic = await createLampsTopic(transport)
  const outbox = createOutbox(lamps, { source: 'lamp-service', db })
  const relays: OutboxRelay[] = []
  async function inTransaction(work: (session: ClientSession) => Promise<unknown>): Promise<void> {
    await client.withSession((session) => session.withTransaction(() => work(session)))
  }
  return {
    client,
    db,
    transport,
    topic,
    outbox,
    inTransaction,
    relay(options = {}) {
      const relay = createOutboxRelay({ db, transport, pollIntervalMs: 200, leaseMs: 1500, ...options })
      relays.push(relay)
      return relay
    },
    light: (householdId, step, lampId = 'lamp-1') =>
      inTransaction((session) => outbox.enqueue('lamp.lit', { lampId, step }, { householdId, session })),
    waiting: () => db.collection('outbox').countDocuments({ slot: { $exists: true } }),
    published: async () => (await readTopic(transport, topic)).map(envelopeOf),
    async close() {
      await Promise.all(relays.map((relay) => relay.close({ timeoutMs: 2000 })))
      await transport.close()
      await drop()
    },
  }
}

/** Creates the topic of the lamps with three partitions. */
export async function createLampsTopic(transport: Transport): Promise<string> {
  const name = topicNames(transport.topicPrefix).domain('lamps')
  await transport.admin.createTopics([{ name, partitions: 3, replicationFactor: 1, config: {} }])
  return name
}

/** Everything that a topic holds, partition by partition. */
export async function readTopic(transport: Transport, topic: string): Promise<FetchedMessage[]> {
  const all: FetchedMessage[] = []
  for (const { partition, high } of await transport.admin.ranges([topic])) {
    for (let offset = 0; offset < high; ) {
      const messages = await transport.read({ topic, partition, offset })
      all.push(...messages)
      offset = (messages.at(-1)?.offset ?? high) + 1
    }
  }
  return all
}

/** The envelope of a message. */
export function envelopeOf({ value }: FetchedMessage): Envelope {
  return JSON.parse(Buffer.from(value ?? []).toString()) as Envelope
}

/** The steps of each household in the order in which they were first published; a copy of an earlier one is none. */
export function firstSteps(envelopes: readonly Envelope[]): Map<string, number[]> {
  const seen = new Set<string>()
  const steps = new Map<string, number[]>()
  for (const { id, householdId = '', data } of envelopes) {
    if (seen.has(id)) continue
    seen.add(id)
    steps.set(householdId, [...(steps.get(householdId) ?? []), data.step as number])
  }
  return steps
}
