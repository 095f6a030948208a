import { createMemoryBroker, createMemoryTransport } from '@house-helper/transport-memory'
import { type Document, MongoNetworkError, MongoServerError } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withCommand } from '../test/halting-database.ts'
import { proveLedger } from '../test/ledger-proof.ts'
import { createStand, eventMessage, recordedUpTo, type Stand, until } from '../test/stand.ts'
import { createEventLog } from './index.ts'
import { createStore } from './store.ts'

function nested(levels: number): object {
  return levels === 0 ? {} : { a: nested(levels - 1) }
}

describe('the store', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  const ids = async () =>
    (await stand.db.collection<{ _id: string }>('things').find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)

  it('finds out which documents of a refused batch are bad, and stores all others', async () => {
    const bad = [nested(1_000), { 'a\0b': 1 }, { _bsontype: 'ObjectId' }, nested(180)]
    const documents: Document[] = Array.from({ length: 20 }, (_, index) => ({ _id: `good-${10 + index}` }))
    for (const [index, data] of bad.entries()) documents.splice(index * 5, 0, { _id: `bad-${index}`, data })
    const { duplicates, refused } = await createStore(stand.db, 10_000).insert('things', documents)
    expect(duplicates).toEqual([])
    expect([...refused].sort((a, b) => a - b)).toEqual([0, 5, 10, 15])
    expect(await ids()).toEqual(documents.map(({ _id }) => _id).filter((id) => id.startsWith('good')))
  })

  it('names those whose id is taken, also within the batch: the first one stays', async () => {
    const store = createStore(stand.db, 10_000)
    await store.insert('things', [{ _id: 'a' }])
    const again = await store.insert('things', [{ _id: 'b', n: 1 }, { _id: 'a' }, { _id: 'b', n: 2 }])
    expect(again).toEqual({ duplicates: [1, 2], refused: [] })
    expect(await stand.db.collection<{ _id: string }>('things').findOne({ _id: 'b' })).toMatchObject({ n: 1 })
  })

  it('rejects a write that a majority has not confirmed', async () => {
    const unsure = withCommand(stand.db, async (sent, options) => ({
      ...(await stand.db.command(sent, options)),
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
    }))
    await expect(createStore(unsure, 10_000).insert('things', [{ _id: 'a' }])).rejects.toMatchObject({ code: 64 })
  })
})

describe('the recorder', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('stores an event without its view where MongoDB refuses it, and its neighbours with theirs', async () => {
    await stand.db.createCollection('records', { validator: { 'data.taskId': { $ne: 'b' } } })
    await stand.append(['a', 'b', 'c'].map((id) => eventMessage(id)))
    await stand.recorder().start()
    await recordedUpTo(stand, 3)
    const { items } = await createEventLog(stand.db).list()
    expect(items.map(({ id, view }) => [id, view])).toEqual([
      ['c', 'stored'],
      ['b', 'refused-by-mongodb'],
      ['a', 'stored'],
    ])
    expect(items[1]?.data).toEqual({ taskId: 'b' })
    await proveLedger(stand)
  })

  it('waits while MongoDB is away, says so without payloads, and goes on by itself', async () => {
    let away = true
    const failures = [
      new MongoNetworkError('connect ECONNREFUSED'),
      new MongoServerError({ message: 'secret payload', code: 10107, codeName: 'NotWritablePrimary' }),
    ]
    let calls = 0
    const flaky = withCommand(stand.db, async (sent, options) => {
      if (!away || sent.hello !== undefined) return stand.db.command(sent, options)
      throw failures[calls++ % 2]
    })
    const recorder = stand.recorder({ db: flaky, maxQueuedMessages: 10, maxBatchMessages: 5 })
    away = false
    await recorder.start()
    away = true
    for (let round = 0; round < 4; round++) {
      await stand.append(Array.from({ length: 10 }, (_, index) => eventMessage(`${round}-${index}`)))
    }
    await until('both failures were met', () => calls >= 2)
    expect(recorder.health().state).toBe('degraded')
    expect(recorder.health().reasons.join()).toContain(`${stand.topic}/0 waits after`)
    expect(JSON.stringify([recorder.health(), recorder.stats()])).not.toContain('secret payload')
    away = false
    await recordedUpTo(stand, 40)
    await proveLedger(stand)
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
    expect(recorder.stats().partitions[0]).toMatchObject({ errors: calls, run: { recorded: 40 } })
  })

  it('no longer speaks of a partition that it has given up', async () => {
    const stuck = withCommand(stand.db, async (sent, options) => {
      if (sent.insert === 'records') throw new MongoNetworkError('away')
      return stand.db.command(sent, options)
    })
    const recorder = stand.recorder({ db: stuck })
    await recorder.start()
    await stand.append([eventMessage('a')])
    await until('it says so', () => recorder.health().reasons.join().includes(`${stand.topic}/0 waits`))
    await recorder.close({ timeoutMs: 200 })
    expect(recorder.health().reasons).toEqual([])
  })

  it('holds only the partition of a message that no document can hold, and says what to do', async () => {
    const broker = createMemoryBroker({ retentionBytes: 1_000_000_000 })
    const large = await createStand({ transport: createMemoryTransport({ broker }), partitions: 2 })
    try {
      await large.append([eventMessage('before'), eventMessage('large', { data: { taskId: 'x'.repeat(17_000_000) } })])
      await large.append([eventMessage('elsewhere')], 1)
      const recorder = large.recorder()
      await recorder.start()
      await recordedUpTo(large, 1, 1)
      await until('it says so', () => recorder.health().reasons.join().includes('max.message.bytes'))
      expect(recorder.health().reasons.join()).toContain(`${large.topic}/0/1`)
      expect(recorder.stats().partitions[0]).toMatchObject({ next: 1, lastError: { code: 'LOG_MESSAGE_REFUSED' } })
    } finally {
      await large.close()
    }
  })

  it('records a message of ten megabytes without its view, beside its neighbours', async () => {
    const broker = createMemoryBroker({ retentionBytes: 1_000_000_000 })
    const large = await createStand({ transport: createMemoryTransport({ broker }) })
    try {
      const data = { taskId: 'x'.repeat(10_000_000) }
      await large.append([eventMessage('a'), eventMessage('large', { data }), eventMessage('b')])
      await large.recorder().start()
      await recordedUpTo(large, 3)
      expect(await createEventLog(large.db).get('large')).toMatchObject({ view: 'too-large', data })
      await proveLedger(large)
    } finally {
      await large.close()
    }
  })
})
