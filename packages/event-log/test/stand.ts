import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Domain,
  defineDomain,
  defineEvent,
  type FetchedMessage,
  type OutgoingMessage,
  type Transport,
} from '@house-helper/events-core'
import { createMemoryBroker, createMemoryTransport, type MemoryBroker } from '@house-helper/transport-memory'
import { type Db, MongoClient } from 'mongodb'
import { z } from 'zod'
import { createRecorder, type Recorder, type RecorderOptions } from '../src/index.ts'

const taskCompleted = defineEvent({
  type: 'task.completed',
  version: '1.0',
  description: 'A task was completed.',
  data: z.object({ taskId: z.string(), title: z.string().optional() }),
  example: { taskId: 'task-001' },
})

const loggedIn = defineEvent({
  type: 'user.logged.in',
  version: '1.0',
  subject: 'user',
  description: 'A user logged in.',
  data: z.object({ device: z.string() }),
  example: { device: 'phone' },
})

/** The domain of most tests. */
export const tasks = defineDomain({ name: 'tasks', events: [taskCompleted] })

/** Contracts to record with. */
export const domains: readonly Domain[] = [tasks, defineDomain({ name: 'users', events: [loggedIn] })]

/** A stand is one test's database and transport, with what the test starts on them. */
export interface Stand {
  readonly db: Db
  readonly transport: Transport
  readonly topic: string
  readonly groupId: string
  recorder(options?: Partial<RecorderOptions>): Recorder
  append(messages: readonly OutgoingMessage[], partition?: number): Promise<number>
  /** Everything that a partition holds. */
  read(partition?: number): Promise<FetchedMessage[]>
  close(): Promise<void>
}

/** A name that nothing else has. */
export function uniqueName(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`
}

/** A setting that the test run provides. */
export function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set: run the tests with pnpm test.`)
  return value
}

/** Opens a database of its own name; `drop` removes it and its client. */
export async function openDatabase(): Promise<{ db: Db; drop(): Promise<void> }> {
  const client = await new MongoClient(setting('MONGODB_URI'), { serverSelectionTimeoutMS: 10_000 }).connect()
  const db = client.db(uniqueName('event-log-test'))
  return {
    db,
    async drop() {
      await db.dropDatabase()
      await client.close()
    },
  }
}

/** Sets a stand up on a transport; default: one in memory. */
export async function createStand({
  transport,
  partitions = 1,
}: {
  transport?: Transport
  partitions?: number
} = {}): Promise<Stand> {
  const used = transport ?? createMemoryTransport({ broker: createMemoryBroker() })
  const { db, drop } = await openDatabase()
  const topic = `${used.topicPrefix}.tasks`
  await used.admin.createTopics([
    { name: topic, partitions, replicationFactor: 1, config: { 'max.message.bytes': '40000000' } },
  ])
  const recorders: Recorder[] = []
  const groupId = uniqueName('logger')
  return {
    db,
    transport: used,
    topic,
    groupId,
    recorder(options = {}) {
      const recorder = createRecorder({ transport: used, db, groupId, domains, commitIntervalMs: 20, ...options })
      recorders.push(recorder)
      return recorder
    },
    async append(messages, partition = 0) {
      return (await used.sender.append({ topic, partition, messages }, { timeoutMs: 10_000 })).baseOffset
    },
    read: (partition = 0) => readAll(used, topic, partition),
    async close() {
      await Promise.all(recorders.map((recorder) => recorder.close({ timeoutMs: 1_000 })))
      await used.close()
      await drop()
    },
  }
}

async function readAll(transport: Transport, topic: string, partition: number): Promise<FetchedMessage[]> {
  const all: FetchedMessage[] = []
  for (let offset = 0; ; offset = (all.at(-1)?.offset ?? 0) + 1) {
    const messages = await transport.read({ topic, partition, offset })
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

/** The broker behind a stand in memory. */
export function brokerOf(stand: Stand): MemoryBroker {
  return (stand.transport as Transport & { broker: MemoryBroker }).broker
}

/** Waits until a condition holds; fails after ten seconds, saying what it waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`)
    await wait(5)
  }
}

/** Waits until a partition is recorded up to an offset, its last entry filed in the ledger included. */
export async function recordedUpTo(stand: Stand, next: number, partition = 0): Promise<void> {
  const { db, topic } = stand
  await until(`${topic}/${partition} is recorded up to ${next}`, async () => {
    const state = await db.collection('partitions').findOne({ topic, partition, next })
    // The entry is filed after the state has moved on.
    return state !== null && (await db.collection('ledger').findOne({ topic, partition, to: next })) !== null
  })
}

/** A message of an envelope; `changes` replace its fields. */
export function eventMessage(id: string, changes: Record<string, unknown> = {}): OutgoingMessage {
  const envelope = {
    ...{ id, type: 'task.completed', source: 'api-service', householdId: 'household-001', userId: 'user-001' },
    ...{ timestamp: '2025-10-09T12:00:00Z', version: '1.0', data: { taskId: id }, ...changes },
  }
  return { key: Buffer.from('household-001'), value: Buffer.from(JSON.stringify(envelope)) }
}
