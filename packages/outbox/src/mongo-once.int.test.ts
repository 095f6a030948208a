import {
  createSubscriber,
  defineHandlers,
  type HandlerSet,
  type Handlers,
  type Subscriber,
} from '@house-helper/consumer'
import { type Envelope, encodeEnvelope } from '@house-helper/events-core'
import { createFaultProxy, mongoProtocol } from '@house-helper/fault-proxy'
import { type Collection, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGate } from '../test/faults.ts'
import { lamps } from '../test/lamps.ts'
import { createStand, type Stand } from '../test/stand.ts'
import { type MongoContext, mongoOnce } from './index.ts'

type OnLit = NonNullable<Handlers<typeof lamps, MongoContext>['lamp.lit']>

describe('receipts', () => {
  let stand: Stand
  let effects: Collection
  let subscribers: Subscriber[]

  beforeEach(async () => {
    stand = await createStand()
    effects = stand.db.collection('effects')
    await stand.db.createCollection('effects')
    subscribers = []
  })
  afterEach(async () => {
    await Promise.all(subscribers.map((one) => one.close()))
    await stand.close()
  })

  function subscriber(handle: OnLit, options: { groupId?: string; timeoutMs?: number } = {}): Subscriber {
    const once = mongoOnce(stand.client, { database: stand.db.databaseName })
    const on: HandlerSet<MongoContext>[] = [defineHandlers<typeof lamps, MongoContext>(lamps, { 'lamp.lit': handle })]
    const { transport } = stand
    const quick = { commitIntervalMs: 20, closeTimeoutMs: 1000, deadLetters: false, retry: { attempts: 3, baseMs: 1 } }
    const one = createSubscriber({ groupId: 'lighters', transport, on, once, ...quick, ...options })
    subscribers.push(one)
    return one
  }

  async function send(...events: readonly Partial<Envelope>[]): Promise<void> {
    const messages = events.map((given) => {
      const envelope = { id: 'a', type: 'lamp.lit', source: 'test', householdId: 'household-1', version: '1.0' }
      const value = encodeEnvelope({ ...envelope, timestamp: '2025-10-09T12:00:00Z', data: { lampId: 'l' }, ...given })
      return { key: Buffer.from('household-1'), value }
    })
    await stand.transport.sender.append({ topic: stand.topic, partition: 0, messages }, { timeoutMs: 1000 })
  }

  const write: OnLit = ({ id }, { session }) => effects.insertOne({ event: id }, { session })
  const effectsOf = async (): Promise<unknown[]> => (await effects.find().toArray()).map(({ event }) => event)
  const receipts = () => stand.db.collection('event_receipts').find().toArray()

  it('come with the effects of the handler, and a repeat has neither', async () => {
    const one = subscriber(write)
    await one.start()
    await send({ id: 'a' }, { id: 'a', source: 'again' }, { id: 'b' })
    await until('all are done', () => one.stats().handled + one.stats().repeated === 3)
    expect(one.stats()).toMatchObject({ handled: 2, repeated: 1 })
    expect(await effectsOf()).toEqual(['a', 'b'])
    expect((await receipts()).map(({ _id }) => _id)).toEqual([
      { group: 'lighters', event: 'a', run: null },
      { group: 'lighters', event: 'b', run: null },
    ])
  })

  it('are each group’s own', async () => {
    const groups = [subscriber(write), subscriber(write, { groupId: 'others' })]
    await Promise.all(groups.map((one) => one.start()))
    await send({ id: 'a' })
    await until('both have handled it', () => groups.every((one) => one.stats().handled === 1))
    expect(await effectsOf()).toEqual(['a', 'a'])
  })

  it('and effects of a handler that fails are gone, and its next attempt has them once', async () => {
    const one = subscriber(async (event, context) => {
      await write(event, context)
      if (context.delivery.attempt < 3) throw new Error('not yet')
    })
    await one.start()
    await send({ id: 'a' })
    await until('it is handled', () => one.stats().handled === 1)
    expect(await effectsOf()).toEqual(['a'])
    expect(one.stats().failed).toBe(2)
  })

  it('and effects of a handler that rejects are gone', async () => {
    const one = subscriber(async (event, context) => {
      await write(event, context)
      context.reject('no')
    })
    await one.start()
    await send({ id: 'a' })
    await until('it is given up', () => one.stats().givenUp === 1)
    expect([await effectsOf(), await receipts()]).toEqual([[], []])
  })

  it('tell an event with the id of another one, which is given up', async () => {
    const one = subscriber(write)
    await one.start()
    await send({ id: 'a' }, { id: 'a', data: { lampId: 'other' } })
    await until('it is given up', () => one.stats().givenUp === 1)
    expect(one.health().reasons[0]?.message).toContain('EVENT_ID_CONFLICT')
    expect(await effectsOf()).toEqual(['a'])
  })

  it('take a duplicate key of the handler’s own for its failure', async () => {
    await effects.insertOne({ _id: 'taken' as never })
    const one = subscriber((_, { session }) => effects.insertOne({ _id: 'taken' as never }, { session }))
    await one.start()
    await send({ id: 'a' })
    await until('it is given up', () => one.stats().givenUp === 1)
    expect(one.stats()).toMatchObject({ failed: 3, repeated: 0 })
  })

  it('let a transaction be done again that met another one, within the same attempt', async () => {
    await effects.insertOne({ _id: 'counter' as never, count: 0 })
    const [begun, go] = [createGate(), createGate()]
    let runs = 0
    const one = subscriber(async (_, { session }) => {
      runs += 1
      await effects.findOne({}, { session })
      begun.open()
      await go.opened
      await effects.updateOne({}, { $inc: { count: 1 } }, { session })
    })
    await one.start()
    await send({ id: 'a' })
    await begun.opened
    await effects.updateOne({}, { $inc: { count: 10 } })
    go.open()
    await until('it is handled', () => one.stats().handled === 1)
    expect(await effects.findOne({})).toMatchObject({ count: 11 })
    expect([runs, one.stats().failed]).toEqual([2, 0])
  })

  it('give one effect to an event that two members handle at the same time', async () => {
    const both = createGate()
    let running = 0
    const handle: OnLit = async (event, context) => {
      running += 1
      await write(event, context)
      if (running === 1) await both.opened
    }
    const groups = [subscriber(handle), subscriber(handle)]
    await groups[0]?.start()
    await send({ id: 'a' })
    await until('the first one handles it', () => running === 1)
    // The second member gets the partition while the first one, which nobody told, still handles the event.
    await stand.transport.broker.faults.kill('lighters')
    await groups[1]?.start()
    await until('the second one waits for the first', () => groups[1]?.stats().inFlight === 1)
    both.open()
    await until('both are done', () => groups.every((one) => one.stats().handled + one.stats().repeated === 1))
    expect(await effectsOf()).toEqual(['a'])
    expect(groups.map((one) => [one.stats().handled, one.stats().repeated])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('shut out a handler that lost its partition and goes on all the same', async () => {
    const [writing, lost] = [createGate(), createGate()]
    const outcomes: unknown[] = []
    const stubborn = subscriber(async (event, context) => {
      await write(event, context)
      writing.open()
      await lost.opened
      await Promise.resolve(write(event, context)).then(
        () => outcomes.push('written'),
        (error: unknown) => outcomes.push(error),
      )
    })
    await stubborn.start()
    await send({ id: 'a' })
    await writing.opened
    const next = subscriber(write)
    // Who joins gets the partition; the first member's handler is aborted and does not heed it.
    await stand.transport.broker.faults.lose('lighters', 'its session expired')
    await next.start()
    await stubborn.close()
    await until('the next one has handled it', () => next.stats().handled === 1)
    lost.open()
    await until('the stubborn one has tried', () => outcomes.length > 0)
    expect(outcomes).toMatchObject([{ codeName: 'NoSuchTransaction' }])
    expect(await effectsOf()).toEqual(['a'])
  })

  it('leave nothing of a handler that ends after its deadline, and the event has its effect once', async () => {
    const one = subscriber(
      async (event, context) => {
        await write(event, context)
        if (context.delivery.attempt > 1) return
        await new Promise<void>((resolve) => {
          context.signal.addEventListener('abort', () => resolve())
        })
      },
      { timeoutMs: 200 },
    )
    await one.start()
    await send({ id: 'a' })
    await until('it is handled', () => one.stats().handled === 1)
    expect(one.stats().timedOut).toBe(1)
    expect(await effectsOf()).toEqual(['a'])
  })

  it('expire where they are told to, by the time that was given last', async () => {
    const { databaseName: database } = stand.db
    for (const expireAfterMs of [60_000, 120_000]) {
      const once = mongoOnce(stand.client, { database, expireAfterMs })
      const delivery = { groupId: 'lighters', kind: 'live', attempt: 1, attempts: 1, topic: 't', partition: 0 } as const
      const event = { id: `e-${expireAfterMs}` } as never
      const value = encodeEnvelope({
        ...{ id: 'a', type: 'lamp.lit', source: 's', timestamp: '2025-10-09T12:00:00Z', version: '1.0', data: {} },
      })
      const signal = AbortSignal.timeout(5000)
      const place = { offset: 0, timestampMs: 0 }
      const attempt = { event, value, signal, deadlineMs: performance.now() + 5000 }
      expect(await once.run({ ...attempt, delivery: { ...delivery, ...place } }, async () => {})).toBe('handled')
    }
    const indexes = await stand.db.collection('event_receipts').indexes()
    expect(indexes.map(({ expireAfterSeconds }) => expireAfterSeconds)).toEqual([undefined, 120])
    expect(() => mongoOnce(stand.client, { expireAfterMs: -1 })).toThrow('expireAfterMs')
  })

  it('come once MongoDB does, where it was away when the first event did', async () => {
    const away = await createFaultProxy({ protocol: mongoProtocol })
    const { hosts } = stand.client.options
    const uri = `mongodb://${away.address}/?directConnection=true&serverSelectionTimeoutMS=300`
    const late = new MongoClient(uri)
    const once = mongoOnce(late, { database: stand.db.databaseName })
    const handle: OnLit = ({ id }, { session }) =>
      late.db(stand.db.databaseName).collection('effects').insertOne({ event: id }, { session })
    const on = [defineHandlers<typeof lamps, MongoContext>(lamps, { 'lamp.lit': handle })]
    const retry = { attempts: 1000, baseMs: 10, maxMs: 100 }
    const { transport } = stand
    const one = createSubscriber({ groupId: 'lighters', transport, on, once, deadLetters: false, retry })
    subscribers.push(one)
    await one.start()
    await send({ id: 'a' })
    await until('it has failed', () => one.stats().failed > 2)
    away.target(hosts[0]?.port ?? 0)
    await until('it is handled', () => one.stats().handled === 1)
    expect(await effectsOf()).toEqual(['a'])
    await late.close()
    await away.close()
  })
})
