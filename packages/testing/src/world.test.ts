import { setImmediate } from 'node:timers/promises'
import { createPublisher } from '@house-helper/producer'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createLampsTest,
  foreignLampsEvent,
  lamps,
  lampsEvent,
  onLamps,
  onPeople,
  people,
  peopleEvent,
} from '../test/lamps.ts'

const worlds: { close(): Promise<void> }[] = []

/** Makes a world that is closed after the test. */
const create: typeof createLampsTest = async (options) => {
  const world = await createLampsTest(options)
  worlds.push(world)
  return world
}

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(worlds.splice(0).map((world) => world.close()))
})

const household = { householdId: 'household-7' }

describe('what is delivered', () => {
  it('is handled, and waiting for it gives the event as its handler gets it', async () => {
    const seen: unknown[] = []
    const world = await create({ on: [onLamps({ 'lamp.lit': (event) => void seen.push(event) })] })
    const event = lampsEvent('lamp.lit', { watts: 5 })
    await world.deliver(event)
    const handled = await world.handled('lamp.lit')
    expect(handled).toMatchObject({ id: event.id, data: { lampId: 'lamp-001', watts: 5 }, correlationId: event.id })
    expect(seen).toEqual([handled])
  })

  it('comes as often as it is asked for, with the same id', async () => {
    const ids: string[] = []
    const world = await create({ on: [onLamps({ 'lamp.lit': ({ id }) => void ids.push(id) })] })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event, { times: 3 })
    await world.idle()
    expect(ids).toEqual([event.id, event.id, event.id])
  })

  it('is handled without a key, as the Go service sends it', async () => {
    const seen: string[] = []
    const world = await create({ on: [onLamps({ 'lamp.lit': ({ timestamp }) => void seen.push(timestamp) })] })
    const event = foreignLampsEvent('lamp.lit', { volts: 230 })
    await world.deliver(event)
    await world.handled(event)
    expect(seen).toEqual([event.timestamp])
  })

  it('may be of another domain of the world, and of no other', async () => {
    const rooms: string[] = []
    const on = [
      onLamps({ 'lamp.lit': () => {} }),
      onPeople({ 'person.moved': ({ data }) => void rooms.push(data.room) }),
    ]
    const world = await create({ on, domains: [people] })
    await world.deliver(peopleEvent('person.moved', { room: 'cellar' }))
    expect((await world.handled('person.moved')).userId).toBe('user-001')
    expect(rooms).toEqual(['cellar'])
    const narrow = await create({ on })
    const stray = narrow.deliver(peopleEvent('person.moved') as never)
    await expect(stray).rejects.toMatchObject({
      code: 'DOMAIN_MISSING',
      message: expect.stringContaining('person.moved'),
    })
  })
})

describe('waiting for an event to be handled', () => {
  it('also takes what was handled before', async () => {
    const world = await create({ on: [onLamps({ 'lamp.lit': () => {} })] })
    await world.deliver(lampsEvent('lamp.lit'))
    await world.idle()
    await world.handled('lamp.lit', { timeoutMs: 1 })
  })

  it('goes on while the handler runs', async () => {
    const gate = Promise.withResolvers<void>()
    const world = await create({ on: [onLamps({ 'lamp.lit': () => gate.promise })] })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event)
    let handled = false
    const waiting = world.handled(event).then(() => {
      handled = true
    })
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    expect(handled).toBe(false)
    gate.resolve()
    await waiting
  })

  it('names the handler that has not ended at the deadline', async () => {
    const gate = Promise.withResolvers<void>()
    const world = await create({ on: [onLamps({ 'lamp.lit': () => gate.promise })] })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event)
    const waiting = world.handled('lamp.lit', { timeoutMs: 30 })
    await expect(waiting).rejects.toMatchObject({
      code: 'NOT_HANDLED',
      message: `No lamp.lit was handled within 30 ms. What became of it:\n  - lamp.lit ${event.id} has arrived, and its handler has not ended, or waits for an earlier event of its subject.`,
    })
    await expect(world.idle({ timeoutMs: 10 })).rejects.toMatchObject({
      code: 'NOT_IDLE',
      message: expect.stringContaining(`lamp.lit ${event.id} has arrived`),
    })
    gate.resolve()
  })

  it('ends at once where the event is a dead letter, with its reason and what was thrown', async () => {
    const thrown = new Error('no bulb')
    const fail = (): never => {
      throw thrown
    }
    const world = await create({ on: [onLamps({ 'lamp.lit': fail })], retry: { attempts: 1 } })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event)
    const waiting = world.handled(event, { timeoutMs: 60_000 })
    await expect(waiting).rejects.toMatchObject({
      message: expect.stringContaining(
        'is a dead letter after 1 attempt: HANDLER_FAILED: The handler threw Error: no bulb',
      ),
      cause: thrown,
    })
  })

  it('says what arrived instead, or that nothing did', async () => {
    const world = await create({ on: [onLamps({ 'lamp.lit': () => {} })] })
    await expect(world.handled('lamp.lit', { timeoutMs: 1 })).rejects.toThrow('Nothing arrived at all')
    const other = lampsEvent('lamp.dimmed')
    await world.deliver(other)
    await expect(world.handled('lamp.lit', { timeoutMs: 1 })).rejects.toThrow(
      `None arrived; what did:\n  - lamp.dimmed ${other.id} has arrived, and has no handler here.`,
    )
  })

  it('is refused at once where nothing handles the type', async () => {
    const world = await create({ on: [onLamps({ 'lamp.lit': () => {} })] })
    const waiting = world.handled('lamp.dimmed', { timeoutMs: 60_000 })
    await expect(waiting).rejects.toThrow('Nothing in this world handles lamp.dimmed: its handlers are for lamp.lit')
  })

  it('needs no timers of the test’s', async () => {
    vi.useFakeTimers()
    const world = await create({ on: [onLamps({ 'lamp.lit': () => {} })] })
    await world.deliver(lampsEvent('lamp.lit'))
    await world.handled('lamp.lit')
    await world.idle()
  })
})

describe('what the code under test publishes', () => {
  it('is told with its types and causes, and apart from what the test delivers', async () => {
    const world = await create({
      on: [
        onLamps({
          'lamp.lit': async ({ data, householdId }) => {
            await world.publisher.publish('lamp.dimmed', { lampId: data.lampId, watts: 10 }, { householdId })
          },
        }),
      ],
      source: 'lamp-service',
    })
    const event = lampsEvent('lamp.lit', {}, household)
    await world.deliver(event)
    const [dimmed, ...others] = await world.published('lamp.dimmed')
    expect(others).toEqual([])
    expect(dimmed).toMatchObject({ data: { watts: 10 }, ...household, causationId: event.id, source: 'lamp-service' })
    expect(await world.published()).toEqual([dimmed])
    expect(await world.published('lamp.lit')).toEqual([])
  })

  it('is stamped with the time of the clock', async () => {
    const world = await create()
    await world.clock.advance(86_400_000)
    await world.publisher.publish('lamp.lit', { lampId: 'a' }, household)
    const [lit] = await world.published('lamp.lit')
    expect(lit?.timestamp).toBe(new Date(world.clock.now()).toISOString())
  })

  it('is told where a publisher of its own was used, and one of another domain', async () => {
    const world = await create({ domains: [people] })
    await using own = createPublisher(lamps, { source: 'other', transport: world.transport })
    await own.publish('lamp.lit', { lampId: 'a' }, household)
    await world.publisherOf(people).publish('person.moved', { room: 'attic' }, { userId: 'user-2' })
    expect((await world.published()).map(({ type, source }) => `${type} ${source}`)).toEqual([
      'lamp.lit other',
      'person.moved test-service',
    ])
    expect(() => world.publisherOf(structuredClone({ name: 'pets' }) as never)).toThrow(
      expect.objectContaining({ code: 'DOMAIN_MISSING' }),
    )
  })

  it('is refused where it breaks its contract, as in production', async () => {
    const world = await create()
    const publishing = world.publisher.publish('lamp.lit', { lampId: '' }, household)
    await expect(publishing).rejects.toMatchObject({ code: 'EVENT_INVALID', issues: [{ path: 'data.lampId' }] })
    expect(await world.published()).toEqual([])
  })
})

describe('a failing handler', () => {
  it('is tried again when the clock says so, without real time passing', async () => {
    const times: number[] = []
    const world = await create({
      on: [
        onLamps({
          'lamp.lit': () => {
            times.push(world.clock.now() - startMs)
            if (times.length < 3) throw new Error('not yet')
          },
        }),
      ],
      retry: { attempts: 3, baseMs: 3_600_000, maxMs: 86_400_000 },
    })
    const startMs = world.clock.now()
    const event = lampsEvent('lamp.lit')
    await world.deliver(event)
    await world.idle()
    expect(times).toEqual([0])
    await expect(world.handled(event, { timeoutMs: 1 })).rejects.toThrow(
      /failed at attempt 1: HANDLER_FAILED: .*not yet\n.*await world\.clock\.advance\(\d+\)/,
    )
    await world.clock.advance(3 * 3_600_000)
    await world.handled(event)
    expect(times).toHaveLength(3)
    expect(times[1]).toBeGreaterThanOrEqual(1_800_000)
    expect(times[2]).toBeLessThanOrEqual(3 * 3_600_000)
  })

  it('comes again later from the inbox, and ends among the dead letters', async () => {
    const kinds: string[] = []
    const world = await create({
      on: [
        onLamps({
          'lamp.lit': (_, { delivery }) => {
            kinds.push(delivery.kind)
            throw new Error('no bulb')
          },
        }),
      ],
      retry: { attempts: 1, later: { delayMs: 60_000, attempts: 2 } },
    })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event)
    expect(await world.deadLetters()).toEqual([])
    await expect(world.handled(event, { timeoutMs: 1 })).rejects.toThrow('comes again later')
    await world.clock.advance(59_999)
    expect(kinds).toEqual(['live'])
    await world.clock.advance(1)
    expect(kinds).toEqual(['live', 'retry'])
    await world.clock.advance(60_000)
    expect(kinds).toEqual(['live', 'retry', 'retry'])
    expect(await world.deadLetters()).toMatchObject([
      { event: { id: event.id }, attempts: 3, failure: { code: 'HANDLER_FAILED' } },
    ])
  })

  it('holds its event where dead letters are off, and the message says so', async () => {
    const fail = (): never => {
      throw new Error('no bulb')
    }
    const world = await create({ on: [onLamps({ 'lamp.lit': fail })], retry: { attempts: 1 }, deadLetters: false })
    await world.deliver(lampsEvent('lamp.lit'))
    await world.idle()
    await expect(world.handled('lamp.lit', { timeoutMs: 1 })).rejects.toThrow('holds its key: HANDLER_FAILED')
    expect(await world.deadLetters()).toEqual([])
  })
})

describe('receipts', () => {
  it('are those that the test gives: a repeat is not handled again', async () => {
    const receipts = new Set<string>()
    const counted: string[] = []
    const world = await create({
      on: [onLamps({ 'lamp.lit': ({ id }) => void counted.push(id) })],
      once: {
        async run({ event }, handle) {
          if (receipts.has(event.id)) return 'repeat'
          await handle({})
          receipts.add(event.id)
          return 'handled'
        },
        runBatch: () => Promise.reject(new Error('There is no batch here.')),
      },
    })
    const event = lampsEvent('lamp.lit')
    await world.deliver(event, { times: 2 })
    await world
      .given()
      .when(event)
      .then({ repeated: [event], handled: [] })
    expect(counted).toEqual([event.id])
  })
})

describe('many events at once', () => {
  it('reach a batch handler, and each counts as handled', async () => {
    const sizes: number[] = []
    const on = [
      onLamps({
        'lamp.lit': {
          handleBatch: (events, { done }) => {
            sizes.push(events.length)
            return events.map(done)
          },
        },
      }),
    ]
    const world = await create({ on })
    const events = Array.from({ length: 20 }, () => lampsEvent('lamp.lit'))
    await world.given().when(events).then({ handled: events })
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20)
  })
})

describe('a world whose subscriber has died', () => {
  it('says so instead of waiting', async () => {
    const world = await create({ on: [onLamps({ 'lamp.lit': () => {} })] })
    await world.transport.close()
    await expect(world.idle()).rejects.toMatchObject({ code: 'SUBSCRIBER_DIED' })
    await expect(world.handled('lamp.lit')).rejects.toMatchObject({ code: 'SUBSCRIBER_DIED' })
  })
})
