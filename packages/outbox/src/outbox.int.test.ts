import { withCause } from '@house-helper/events-core'
import { stampEvent } from '@house-helper/producer'
import type { ClientSession } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lamps } from '../test/lamps.ts'
import { createStand, type Stand } from '../test/stand.ts'
import { createOutbox, type Outbox } from './index.ts'

describe('enqueue', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  const entries = () => stand.db.collection('outbox').find().sort({ order: 1 }).toArray()
  const fails = (work: (session: ClientSession) => Promise<unknown>) => stand.inTransaction(work)

  it('stores the message that publish would send, byte for byte', async () => {
    const nowMs = Date.UTC(2025, 9, 9, 12)
    const outbox = createOutbox(lamps, { source: 'lamp-service', db: stand.db, clock: () => nowMs })
    const about = { householdId: 'household-1', id: 'request-7', metadata: { client: 'ios' } }
    const cause = { eventId: 'cause-1', correlationId: 'story-1' }
    const answers: unknown[] = []
    await withCause(cause, () =>
      stand.inTransaction(async (session) => {
        answers.push(await outbox.enqueue('lamp.lit', { lampId: 'lamp-1' }, { ...about, session }))
      }),
    )
    const stamped = withCause(cause, () =>
      stampEvent(lamps, { source: 'lamp-service', nowMs }, 'lamp.lit', { lampId: 'lamp-1' }, about),
    )
    const [entry] = await entries()
    expect(answers).toEqual([{ id: 'request-7' }])
    expect(Buffer.from(entry?.value.buffer)).toEqual(Buffer.from(stamped.value))
    expect(entry).toMatchObject({ domain: 'lamps', key: 'household-1', eventId: 'request-7', type: 'lamp.lit' })
  })

  it('leaves nothing where the transaction is rolled back', async () => {
    await stand.light('household-1', 1)
    const rolledBack = fails(async (session) => {
      await stand.db.collection('homes').insertOne({ name: 'home' }, { session })
      await stand.outbox.enqueue('lamp.lit', { lampId: 'lamp-2' }, { householdId: 'household-1', session })
      throw new Error('the service changed its mind')
    })
    await expect(rolledBack).rejects.toThrow('changed its mind')
    expect((await entries()).map(({ key }) => key)).toEqual(['household-1'])
    expect(await stand.db.collection('homes').countDocuments()).toBe(0)
  })

  it('gives the entries of a key the order of their commits, whoever began first', async () => {
    await stand.light('household-1', 0)
    const begun = Promise.withResolvers<void>()
    const committed = Promise.withResolvers<void>()
    let tries = 0
    const first = stand.inTransaction(async (session) => {
      tries += 1
      await stand.db.collection('homes').insertOne({}, { session })
      begun.resolve()
      await committed.promise
      await stand.outbox.enqueue('lamp.lit', { lampId: 'a', step: 2 }, { householdId: 'household-1', session })
    })
    await begun.promise
    await stand.light('household-1', 1)
    committed.resolve()
    await first
    const steps = (await entries()).map(({ value }) => JSON.parse(value.toString()).data.step)
    expect(steps).toEqual([0, 1, 2])
    expect(tries).toBe(2)
  })

  it('takes events of one key from many transactions at once, each of them once', async () => {
    const steps = Array.from({ length: 20 }, (_, step) => step)
    await Promise.all(steps.map((step) => stand.light('household-1', step)))
    const orders = (await entries()).map(({ order }) => order)
    expect(new Set(orders).size).toBe(20)
    expect(await stand.db.collection('outbox_lanes').countDocuments()).toBe(1)
  })

  it('keeps the order where the clock of the server goes back', async () => {
    await stand.light('household-1', 1)
    const future = Date.now() + 3_600_000
    await stand.db.collection('outbox_lanes').updateMany({}, { $set: { order: future } })
    await stand.light('household-1', 2)
    await stand.light('household-1', 3)
    expect((await entries()).map(({ order }) => order).slice(1)).toEqual([future + 1, future + 2])
  })

  const untyped = (outbox: Outbox<typeof lamps>) =>
    outbox.enqueue as (type: string, data: unknown, fields: unknown) => Promise<unknown>

  it.each([
    ['breaks its contract', 'lamp.lit', { lamp: 1 }, { householdId: 'h' }, 'EVENT_INVALID'],
    ['names nobody', 'lamp.lit', { lampId: 'a' }, {}, 'EVENT_INVALID'],
    ['has a type that the domain lacks', 'lamp.eaten', {}, { householdId: 'h' }, 'EVENT_INVALID'],
    ['has a signal', 'lamp.lit', { lampId: 'a' }, { householdId: 'h', signal: AbortSignal.abort() }, 'EVENT_INVALID'],
    ['is too large', 'lamp.lit', { lampId: 'x'.repeat(1_000_000) }, { householdId: 'h' }, 'EVENT_TOO_LARGE'],
  ])('refuses an event that %s', async (_, type, data, fields, code) => {
    const refused = fails((session) => untyped(stand.outbox)(type, data, { ...fields, session }))
    await expect(refused).rejects.toMatchObject({ code })
    expect(await entries()).toEqual([])
  })

  it('refuses an event without an open transaction', async () => {
    const household = { householdId: 'household-1' }
    const refused = untyped(stand.outbox)('lamp.lit', { lampId: 'a' }, household)
    await expect(refused).rejects.toMatchObject({ code: 'TRANSACTION_MISSING' })
    await stand.client.withSession(async (session) => {
      const idle = stand.outbox.enqueue('lamp.lit', { lampId: 'a' }, { ...household, session })
      await expect(idle).rejects.toMatchObject({ code: 'TRANSACTION_MISSING' })
    })
    expect(await entries()).toEqual([])
  })

  it('needs a source and numbers that are some', () => {
    expect(() => createOutbox(lamps, { source: ' ', db: stand.db })).toThrow('source')
    expect(() => createOutbox(lamps, { source: 's', db: stand.db, maxEventBytes: 0 })).toThrow('maxEventBytes')
  })
})
