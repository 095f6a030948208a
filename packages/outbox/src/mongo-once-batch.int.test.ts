import { type BatchHandler, createSubscriber, defineHandlers, type Subscriber } from '@house-helper/consumer'
import { type Envelope, encodeEnvelope } from '@house-helper/events-core'
import type { Collection } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { lamps } from '../test/lamps.ts'
import { createStand, type Stand } from '../test/stand.ts'
import { type MongoContext, mongoOnce } from './index.ts'

type OnLit = BatchHandler<(typeof lamps)['events'][0], MongoContext>

const PARTITIONS = 3
const households = Array.from({ length: 9 }, (_, n) => `household-${n}`)

describe('receipts of a batch', () => {
  let stand: Stand
  let effects: Collection
  let subscribers: Subscriber[]

  beforeEach(async () => {
    stand = await createStand()
    effects = await stand.db.createCollection('effects')
    subscribers = []
  })
  afterEach(async () => {
    await Promise.all(subscribers.map((one) => one.close()))
    await stand.close()
  })

  function subscriber(handleBatch: OnLit, attempts = 3): Subscriber {
    const once = mongoOnce(stand.client, { database: stand.db.databaseName })
    const on = [defineHandlers<typeof lamps, MongoContext>(lamps, { 'lamp.lit': { handleBatch, maxBatchEvents: 20 } })]
    const { transport } = stand
    const quick = { commitIntervalMs: 20, closeTimeoutMs: 1000, deadLetters: false, retry: { attempts, baseMs: 1 } }
    const one = createSubscriber({ groupId: 'lighters', transport, on, once, ...quick })
    subscribers.push(one)
    return one
  }

  async function send(...events: readonly (Partial<Envelope> & { readonly step: number })[]): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const messages = events.flatMap(({ step, ...given }) => {
        const { householdId = 'household-0' } = given
        if (households.indexOf(householdId) % PARTITIONS !== partition) return []
        const common = { type: 'lamp.lit', source: 'test', version: '1.0', timestamp: '2025-10-09T12:00:00Z' }
        const envelope = { id: `${householdId}/${step}`, householdId, data: { lampId: 'l', step }, ...common, ...given }
        return [{ key: Buffer.from(householdId), value: encodeEnvelope(envelope) }]
      })
      if (messages.length === 0) continue
      await stand.transport.sender.append({ topic: stand.topic, partition, messages }, { timeoutMs: 1000 })
    }
  }

  const write: OnLit = async (events, { session, done }) => {
    const documents = events.map(({ id, householdId, data }) => ({ event: id, householdId, step: data.step }))
    await effects.insertMany(documents, { session })
    return events.map(done)
  }
  const effectsOf = async (): Promise<unknown[]> =>
    (await effects.find().sort({ _id: 1 }).toArray()).map((e) => e.event)

  it('come with the effects of all in one transaction, and repeats are left out, in the batch itself too', async () => {
    const batches: string[][] = []
    const one = subscriber((events, context) => {
      batches.push(events.map(({ id }) => id))
      return write(events, context)
    })
    await one.start()
    await send({ step: 0 })
    await until('the partition is warm', () => one.stats().handled === 1)
    await send({ step: 0, source: 'again' }, { step: 1 }, { step: 1, source: 'again' }, { step: 2 })
    await until('all are done', () => one.stats().handled + one.stats().repeated === 5)
    expect(one.stats()).toMatchObject({ handled: 3, repeated: 2, failed: 0 })
    expect(batches).toEqual([['household-0/0'], ['household-0/1', 'household-0/2']])
    expect(await effectsOf()).toEqual(['household-0/0', 'household-0/1', 'household-0/2'])
  })

  it('and effects of an event that fails, and of what is behind it, are gone; the others are there at once', async () => {
    const one = subscriber(async (events, context) => {
      const outcomes = await write(events, context)
      return outcomes.map((outcome, index) => {
        const event = events[index]
        if (event?.id !== 'household-0/1' || context.delivery(event).attempt > 2) return outcome
        return context.failed(event, new Error('not yet'))
      })
    })
    await one.start()
    await send({ step: 0 })
    await until('the partition is warm', () => one.stats().handled === 1)
    await send({ step: 1 }, { step: 2 }, { step: 0, householdId: 'household-3' })
    await until('all are handled', () => one.stats().handled === 4)
    expect(await effectsOf()).toEqual(['household-0/0', 'household-3/0', 'household-0/1', 'household-0/2'])
    expect(one.stats()).toMatchObject({ failed: 2, retried: 2, repeated: 0 })
  })

  it('tell an event with the id of another one, also within the batch', async () => {
    const one = subscriber(write)
    await one.start()
    await send({ step: 0 })
    await until('the partition is warm', () => one.stats().handled === 1)
    await send({ step: 1, id: 'same' }, { step: 2, id: 'same' }, { step: 3, id: 'household-0/0' })
    await until('the first is given up', () => one.stats().givenUp === 1)
    expect(one.health().reasons[0]?.message).toContain('EVENT_ID_CONFLICT')
    expect(await effectsOf()).toEqual(['household-0/0', 'same'])
  })

  it('give each event its effects once, in the order of its key, whatever fails and whoever comes and goes', async () => {
    let calls = 0
    const handle: OnLit = async (events, context) => {
      calls += 1
      const outcomes = await write(events, context)
      if (calls % 7 === 0) throw new Error('all of them')
      return outcomes.map((outcome, index) => {
        const event = events[index]
        return event !== undefined && (calls + index) % 11 === 0 ? context.failed(event, 'one of them') : outcome
      })
    }
    await subscriber(handle, 1000).start()
    const steps = Array.from({ length: 20 }, (_, step) => step)
    for (let round = 0; round < 3; round += 1) {
      const events = steps.flatMap((n) => households.map((householdId) => ({ householdId, step: round * 20 + n })))
      await send(...events)
      await subscriber(handle, 1000).start()
      await until('some are handled', async () => (await effects.countDocuments()) > round * 100)
      await stand.transport.broker.faults.lose('lighters', 'its session expired')
    }
    await until('all are handled', async () => (await effects.countDocuments()) === households.length * 60, 60_000)
    await Promise.all(subscribers.map((one) => one.close()))
    const written = await effects.find().sort({ _id: 1 }).toArray()
    const byKey = Map.groupBy(written, ({ householdId }) => householdId)
    const inOrder = Array.from({ length: 60 }, (_, step) => step)
    for (const household of households) expect(byKey.get(household)?.map(({ step }) => step)).toEqual(inOrder)
  }, 90_000)
})
