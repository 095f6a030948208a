import { partitioners } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { MongoError } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGate, refusing, withAppend, withMethods } from '../test/faults.ts'
import { createStand, firstSteps, type Stand } from '../test/stand.ts'

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const households = ['household-1', 'household-2', 'household-3', 'household-4', 'household-5']

describe('a relay', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  const sent = () => until('nothing waits', async () => (await stand.waiting()) === 0)

  async function enqueueSteps(count: number): Promise<void> {
    await Promise.all(
      households.map(async (household) => {
        for (const step of range(count)) await stand.light(household, step)
      }),
    )
  }

  it('publishes what was committed, the events of each key in order, and removes it', async () => {
    await enqueueSteps(20)
    const relay = stand.relay()
    await sent()
    const published = await stand.published()
    expect(published).toHaveLength(100)
    expect(firstSteps(published)).toEqual(new Map(households.map((household) => [household, range(20)])))
    expect(await stand.db.collection('outbox').countDocuments()).toBe(0)
    expect(relay.stats()).toMatchObject({ published: 100, failures: 0, slots: 32 })
    await until('the relay is up', () => relay.health().status === 'up')
  })

  it('is woken by a commit long before it would look again', async () => {
    const relay = stand.relay({ pollIntervalMs: 60_000 })
    await until('the relay has its slots', () => relay.stats().slots === 32)
    for (const step of range(5)) {
      await stand.light('household-1', step)
      await sent()
    }
    expect(firstSteps(await stand.published())).toEqual(new Map([['household-1', range(5)]]))
  })

  it('polls where it has no change stream', async () => {
    const db = withMethods(stand.db, 'outbox', (original, name) => (...args) => {
      if (name === 'watch') throw new MongoError('no change streams here')
      return original(...args)
    })
    const relay = stand.relay({ db })
    await stand.light('household-1', 1)
    await sent()
    expect(relay.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'CHANGE_STREAM_FAILING' }] })
  })

  it.each(['find', 'deleteMany'])(
    'goes on when MongoDB answers again, after %s failed, and sends each once',
    async (failing) => {
      let away = true
      const db = withMethods(stand.db, 'outbox', (original, name) => (...args) => {
        if (away && name === failing) throw new MongoError('the server is away')
        return original(...args)
      })
      const relay = stand.relay({ db })
      await enqueueSteps(2)
      await until('health tells', () => relay.health().reasons.some(({ code }) => code === 'MONGODB_FAILING'))
      away = false
      await sent()
      expect(firstSteps(await stand.published())).toEqual(new Map(households.map((key) => [key, range(2)])))
      expect(await stand.published()).toHaveLength(10)
      await until('the relay is up', () => relay.health().status === 'up')
    },
  )

  it('keeps sent entries for a time where it is told to, and sends them once', async () => {
    stand.relay({ keepSentMs: 60_000 })
    await enqueueSteps(2)
    await sent()
    await stand.light('household-1', 2)
    await sent()
    expect(await stand.published()).toHaveLength(11)
    expect(await stand.db.collection('outbox').countDocuments({ sentAt: { $type: 'date' } })).toBe(11)
    const indexes = await stand.db.collection('outbox').indexes()
    expect(indexes).toContainEqual(expect.objectContaining({ expireAfterSeconds: 60 }))
  })

  it('sends the same entries again, before later ones, while the broker fails', async () => {
    const relay = stand.relay()
    stand.transport.broker.faults.failAppends({ outcome: 'not-sent', times: 6 })
    await enqueueSteps(10)
    await sent()
    const published = await stand.published()
    expect(published).toHaveLength(50)
    expect(firstSteps(published)).toEqual(new Map(households.map((household) => [household, range(10)])))
    expect(relay.stats().failures).toBe(6)
  })

  it('publishes again under the same id what was written although its answer was lost', async () => {
    stand.transport.broker.faults.failAppends({ outcome: 'unknown' })
    await stand.light('household-1', 1)
    stand.relay()
    await sent()
    const [first, second, ...others] = await stand.published()
    expect(second).toEqual(first)
    expect(others).toEqual([])
  })

  it('lets other partitions go on while one takes nothing, and says so', async () => {
    const partition = partitionOf('household-1')
    const end = stand.transport.broker.faults.failAppends({ outcome: 'not-sent', partition, times: Infinity })
    const relay = stand.relay()
    await enqueueSteps(10)
    const stuck = households.filter((key) => partitionOf(key) === partition).length * 10
    await until('the others are sent', async () => (await stand.waiting()) === stuck)
    await until('health tells', () => relay.health().reasons.some(({ code }) => code === 'KAFKA_FAILING'))
    end()
    await sent()
    expect(firstSteps(await stand.published())).toEqual(new Map(households.map((key) => [key, range(10)])))
    expect(stuck).toBeLessThan(50)
  })

  it('lets only the key wait whose event its topic does not take', async () => {
    const limited = refusing(stand.transport, 'giant')
    await stand.light('household-1', 1)
    await stand.light('household-1', 2, 'giant')
    await stand.light('household-1', 3)
    const relay = stand.relay({ transport: limited })
    await until('the first is sent and the second refused', () =>
      relay.health().reasons.some(({ code }) => code === 'EVENT_HELD'),
    )
    const samePartition = neighbourOf('household-1')
    await stand.light(samePartition, 1)
    await until('its neighbour goes on', async () => (await stand.waiting()) === 2)
    expect(firstSteps(await stand.published())).toEqual(
      new Map([
        ['household-1', [1]],
        [samePartition, [1]],
      ]),
    )
  })

  it('says which command creates a topic that is missing, and goes on when it is there', async () => {
    const transport = createMemoryTransport()
    await stand.light('household-1', 1)
    const relay = stand.relay({ transport })
    await until('health tells', () =>
      relay.health().reasons.some(({ message }) => message.includes('hh-events topics apply')),
    )
    const name = `${transport.topicPrefix}.lamps`
    await transport.admin.createTopics([{ name, partitions: 1, replicationFactor: 1, config: {} }])
    await sent()
    await until('the relay is up', () => relay.health().status === 'up')
    await relay.close()
    await transport.close()
  })

  it('passes over a document that no outbox wrote, and says so', async () => {
    await stand.db.collection('outbox').insertOne({ slot: 1, order: 1, value: 'forged' })
    await stand.light('household-1', 1)
    const relay = stand.relay()
    await until('one is left', async () => (await stand.waiting()) === 1)
    expect(await stand.published()).toHaveLength(1)
    expect(relay.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'ENTRY_INVALID' }] })
  })

  it('holds no more bytes than it may, and sends everything', async () => {
    await enqueueSteps(10)
    const relay = stand.relay({ maxHeldBytes: 1000, maxBatchBytes: 600 })
    await sent()
    expect(await stand.published()).toHaveLength(50)
    expect(relay.stats().batches).toBeGreaterThan(20)
  })

  it('lets go of its slots when it closes, does nothing after it, and resolves closed', async () => {
    const relay = stand.relay({ leaseMs: 60_000 })
    await until('the relay has its slots', () => relay.stats().slots === 32)
    await relay.close()
    await relay.closed
    expect(relay.health()).toMatchObject({ status: 'down', reasons: [{ code: 'CLOSED' }] })
    await stand.light('household-1', 1)
    const next = stand.relay({ leaseMs: 60_000 })
    await sent()
    expect(next.stats()).toMatchObject({ published: 1, slots: 32 })
    expect(relay.stats().published).toBe(0)
  })
})

describe('several relays', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('share the slots equally, and each publishes its part', async () => {
    const relays = [stand.relay(), stand.relay()]
    await until('each has half', () => relays.every((relay) => relay.stats().slots === 16))
    const keys = range(40).map((n) => `household-${n}`)
    for (const step of range(3)) await Promise.all(keys.map((key) => stand.light(key, step)))
    await until('nothing waits', async () => (await stand.waiting()) === 0)
    expect(firstSteps(await stand.published())).toEqual(new Map(keys.map((key) => [key, range(3)])))
    const published = relays.map((relay) => relay.stats().published)
    expect(published.reduce((sum, count) => sum + count, 0)).toBe(120)
    for (const count of published) expect(count).toBeGreaterThan(0)
  })

  it('take over from one that hangs; where its batch lands late after all, it is a copy and no new order', async () => {
    const [resumed, landing] = [createGate(), createGate()]
    let started = 0
    const transport = withAppend(stand.transport, async (batch, options) => {
      started += 1
      await landing.opened
      return stand.transport.sender.append(batch, options)
    })
    let frozen = false
    const db = withMethods(stand.db, 'outbox_leases', (original, name) => {
      const later: typeof original = async (...args) => {
        if (frozen) await resumed.opened
        return original(...args)
      }
      return name.startsWith('update') ? later : original
    })
    const hanging = stand.relay({ transport, db })
    await until('it has everything', () => hanging.stats().slots === 32)
    for (const step of range(5)) await Promise.all(households.map((key) => stand.light(key, step)))
    await until('it is sending', () => started > 0)
    frozen = true
    const next = stand.relay()
    await until('the next one has sent everything', async () => (await stand.waiting()) === 0)
    expect(next.stats()).toMatchObject({ published: 25, slots: 32 })
    landing.open()
    await until('the late batches have landed', () => hanging.stats().inFlight === 0)
    resumed.open()
    const published = await stand.published()
    expect(published.length).toBeGreaterThan(25)
    expect(new Set(published.map(({ id }) => id)).size).toBe(25)
    expect(firstSteps(published)).toEqual(new Map(households.map((key) => [key, range(5)])))
  })
})

function partitionOf(key: string): number {
  return partitioners.murmur2(Buffer.from(key), 3)
}

/** Another household of the same partition. */
function neighbourOf(key: string): string {
  const names = range(100).map((n) => `neighbour-${n}`)
  return names.find((name) => partitionOf(name) === partitionOf(key)) ?? ''
}
