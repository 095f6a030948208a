import { encodeEnvelope } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBook } from './book.ts'
import { effectCollections } from './effects.ts'
import type { SoakEvent } from './events.ts'
import { countInvariants } from './invariants.ts'
import type { Stand } from './stand.ts'

const topic = 'house-helper.tasks'
const handled = 'task.completed'

describe('the invariants of a stand', () => {
  let client: MongoClient
  let log: Db
  let service: Db

  beforeAll(async () => {
    const uri = process.env.MONGODB_URI
    if (uri === undefined) throw new Error('Set MONGODB_URI, or run the tests with pnpm test, which does.')
    client = await MongoClient.connect(uri)
    log = client.db(`invariants-${process.pid}-${Date.now()}`)
    service = client.db(`${log.databaseName}-service`)
  })
  afterAll(async () => {
    await log.dropDatabase()
    await service.dropDatabase()
    await client.close()
  })

  it('name what is lost, doubled, out of order and unaccounted for, each once', async () => {
    const transport = createMemoryTransport()
    const group = 'handlers'
    const names = [topic, `house-helper.dead.${group}`]
    await transport.admin.createTopics(names.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })))
    const book = createBook()
    const acknowledge = (id: string, offset: number): void =>
      book.acknowledge(
        { event: { domain: 'tasks', type: handled } } as SoakEvent,
        { id, topic, partition: 0, offset },
        1,
      )
    // Offsets:        0       1       2                  3              4
    const messages = [
      ['a', 0],
      ['b', 1],
      ['late', 3],
      ['early', 2],
      ['b', 1],
    ].map(([id, seq]) => message(id as string, seq as number))
    await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 1_000 })
    acknowledge('a', 0)
    acknowledge('b', 1)
    acknowledge('late', 2)
    acknowledge('early', 0)
    acknowledge('gone', 9)
    const place = { topic, partition: 0 }
    await log.collection<{ _id: string }>('records').insertMany([
      { _id: 'a', ...place, offset: 0 },
      { _id: 'b', ...place, offset: 1 },
      { _id: `b@${topic}/0/4`, eventId: 'b', ...place, offset: 4 },
      { _id: 'late', ...place, offset: 2 },
    ] as unknown as { _id: string }[])
    const lane = 'tasks/household-1'
    const effect = { type: handled, lane }
    await effectCollections(service).effects.insertMany([
      { ...effect, eventId: 'a', seq: 0, after: -1 },
      { ...effect, eventId: 'a', seq: 0, after: 0 },
      { ...effect, eventId: 'b', seq: 1, after: 3 },
      { ...effect, eventId: 'late', seq: 3, after: 0 },
    ])
    const stand = {
      ...{ name: 'house-helper', transport, log, service, book, topics: [topic] },
      ...{ handlerGroup: group, handledTypes: [handled] },
    } as unknown as Stand
    const { invariants, topic: found, examples } = await countInvariants(stand)
    expect(invariants, examples.join('\n')).toEqual({
      // `gone` in Kafka; `gone` and `early` in MongoDB.
      missing: 3,
      // `b` under another id.
      recordedTwice: 1,
      // `a`.
      effectsTwice: 1,
      // `early` in the topic, `b` among the effects.
      outOfOrder: 2,
      // `early` in the log, and among the effects.
      unaccounted: 2,
    })
    expect({ copies: found.copies, mostOfOne: found.mostOfOne, misplaced: found.misplaced.count }).toEqual({
      copies: 1,
      mostOfOne: 2,
      misplaced: 1,
    })
  })
})

function message(id: string, seq: number) {
  const envelope = {
    ...{ id, type: handled, source: 'test', householdId: 'household-1', timestamp: '2026-01-01T12:00:00Z' },
    ...{ version: '1.0', data: {}, metadata: { seq: String(seq) } },
  }
  return { key: Buffer.from('household-1'), value: encodeEnvelope(envelope) }
}
