import type { ReceiverListener, Transport } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBook } from './book.ts'
import { createCommitWatch } from './commit-watch.ts'
import { effectCollections } from './effects.ts'
import type { SoakEvent } from './events.ts'
import type { Stand } from './stand.ts'

const topic = 'house-helper.tasks'
const handled = 'task.completed'
const groups = { loggerGroup: 'loggers', handlerGroup: 'handlers' }

describe('a watch over commits', () => {
  let uri: string
  let client: MongoClient
  let log: Db
  let service: Db

  beforeAll(async () => {
    uri = process.env.MONGODB_URI ?? ''
    if (uri === '') throw new Error('Set MONGODB_URI, or run the tests with pnpm test, which does.')
    client = await MongoClient.connect(uri)
    log = client.db(`commits-${process.pid}-${Date.now()}`)
    service = client.db(`${log.databaseName}-service`)
  })
  afterAll(async () => {
    await log.dropDatabase()
    await service.dropDatabase()
    await client.close()
  })

  it('names commits that are ahead of the ledger and of effects, and no others', async () => {
    const transport = createMemoryTransport()
    await transport.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }])
    for (const partition of [0, 1]) {
      const messages = ['a', 'b', 'c'].map((text) => ({ key: null, value: Buffer.from(text) }))
      await transport.sender.append({ topic, partition, messages }, { timeoutMs: 1_000 })
    }
    const book = createBook()
    const event = { event: { domain: 'tasks', type: handled } } as SoakEvent
    for (const [id, offset] of [['done', 0] as const, ['undone', 1] as const, ['not committed', 2] as const])
      book.acknowledge(event, { id, topic, partition: 0, offset }, 1)
    await log.collection('partitions').insertMany([
      { topic, partition: 0, next: 2 },
      { topic, partition: 1, next: 1 },
    ])
    const effect = { type: handled, lane: 'tasks/household-1', seq: 0, after: -1 }
    await effectCollections(service).effects.insertOne({ ...effect, eventId: 'done' })
    for (const group of Object.values(groups)) await commit(transport, group, 2)
    const stand = { transport, topics: [topic], handledTypes: [handled], log, service, book, ...groups }
    await using watch = createCommitWatch(stand as unknown as Stand, uri)
    expect(await watch.look()).toBe(true)
    expect([...watch.early.examples].sort()).toEqual([
      `${topic}/1: 2 is committed, the ledger is at 1`,
      'undone is committed by the handlers and has no effect',
    ])
    await transport.close()
  })
})

/** Commits an offset of both partitions as a member does. */
async function commit(transport: Transport, groupId: string, offset: number): Promise<void> {
  const receiver = transport.receiver({ groupId, topics: [topic] })
  const listener: ReceiverListener = {
    assigned: async () => [],
    rebalancing: async () => {},
    suspend: () => {},
    thaw: () => {},
    lost: () => {},
    batch: ({ messages }) => (messages.at(-1)?.offset ?? 0) + 1,
    fatal: (error) => {
      throw error
    },
  }
  await receiver.start(listener)
  await receiver.commit([0, 1].map((partition) => ({ topic, partition, offset, metadata: '' })))
  await receiver.stop({ timeoutMs: 1_000 })
}
