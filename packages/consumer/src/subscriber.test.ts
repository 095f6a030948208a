import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { currentCause } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { people } from '../test/domain.ts'
import { message, publish } from '../test/household.ts'
import { memoryStage, onChores } from '../test/stage.ts'
import { defineHandlers } from './handlers.ts'

const stage = memoryStage()

describe('a subscriber', () => {
  it('hands a typed event to its handler, with what was read and where', async () => {
    const seen: unknown[] = []
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': (event, { delivery }) => {
            seen.push({ event, delivery })
          },
        }),
      ],
    })
    await one.start()
    await stage.send([
      message({ id: 'a-1', data: { step: 7, later: true }, userId: 'user-1', metadata: { correlationId: 'req-1' } }),
    ])
    await until('the event is handled', () => seen.length === 1)
    const { partition, timestampMs } = (seen[0] as { delivery: { partition: number; timestampMs: number } }).delivery
    expect(seen[0]).toEqual({
      event: {
        id: 'a-1',
        type: 'chore.started',
        source: 'test',
        householdId: 'household-1',
        userId: 'user-1',
        timestamp: '2025-10-09T12:00:00Z',
        version: '1.0',
        data: { step: 7, later: true },
        metadata: { correlationId: 'req-1' },
        correlationId: 'req-1',
        causationId: undefined,
      },
      delivery: {
        kind: 'live',
        attempt: 1,
        attempts: 3,
        topic: stage.topic,
        partition,
        offset: 0,
        timestampMs,
        groupId: 'helpers',
      },
    })
    expect(one.health()).toEqual({ status: 'up', reasons: [] })
  })

  it('handles in the asynchronous context in which it was started, whatever woke it', async () => {
    const request = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': async ({ id }) => {
            await setImmediate()
            seen.push([request.getStore(), currentCause()?.eventId, id])
          },
        }),
      ],
    })
    await request.run('start', () => one.start())
    await request.run('send', () => stage.send([message({ id: 'a-1' }), message({ id: 'a-2' })]))
    await until('both are handled', () => seen.length === 2)
    expect(seen).toEqual([
      ['start', 'a-1', 'a-1'],
      ['start', 'a-2', 'a-2'],
    ])
  })

  it('keeps the order of each key', async () => {
    const keys = ['household-1', 'household-2', 'household-3', 'household-4']
    const seen = new Map<string, number[]>(keys.map((key) => [key, []]))
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': async ({ householdId, data }) => {
            // Events that take differently long would overtake each other if anything let them.
            for (let turns = (data.step * 7) % 5; turns > 0; turns--) await setImmediate()
            seen.get(householdId)?.push(data.step)
          },
        }),
      ],
    })
    const steps = Array.from({ length: 200 }, (_, step) => step)
    await stage.send(steps.flatMap((step) => keys.map((householdId) => message({ householdId, data: { step } }))))
    await one.start()
    await until('all are handled', () => one.stats().handled === 800)
    for (const key of keys) expect(seen.get(key)).toEqual(steps)
  })

  it('handles different keys at the same time, up to its concurrency, and one key never', async () => {
    const running = new Map<string, number>()
    let most = 0
    let overlaps = 0
    const release = Promise.withResolvers<void>()
    const one = stage.subscriberOn({
      concurrency: 5,
      on: [
        onChores({
          'chore.started': async ({ householdId }) => {
            if (running.has(householdId)) overlaps += 1
            running.set(householdId, 1)
            most = Math.max(most, running.size)
            await release.promise
            running.delete(householdId)
          },
        }),
      ],
    })
    await stage.send(Array.from({ length: 60 }, (_, n) => message({ householdId: `household-${n % 20}` })))
    await one.start()
    await until('five run', () => running.size === 5)
    expect(one.stats().inFlight).toBe(5)
    release.resolve()
    await until('all are handled', () => one.stats().handled === 60)
    expect(most).toBe(5)
    expect(overlaps).toBe(0)
  })

  it('puts a message without a key into the lane of its household', async () => {
    const seen: number[] = []
    const first = Promise.withResolvers<void>()
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': async ({ data }) => {
            if (data.step === 1) await first.promise
            seen.push(data.step)
          },
        }),
      ],
    })
    await publish(stage.transport, stage.topic, [
      message({ data: { step: 1 } }),
      message({ key: null, data: { step: 2 } }),
    ])
    await one.start()
    await until('both are read', () => one.stats().received === 2)
    expect(one.stats().inFlight).toBe(1)
    first.resolve()
    await until('both are handled', () => seen.length === 2)
    expect(seen).toEqual([1, 2])
  })

  it('passes what it has no handler for and what it cannot read, and says where that was', async () => {
    const one = stage.subscriberOn({ on: [onChores({ 'chore.finished': () => {} })] })
    await publish(stage.transport, stage.topic, [
      message(),
      { key: null, value: Buffer.from('{"secret": "do not log"') },
      { key: null, value: null },
      message({ type: 'chore.finished', data: { by: 'user-1' } }),
    ])
    await one.start()
    await until('the last one is handled', () => one.stats().handled === 1)
    expect(one.stats()).toMatchObject({ received: 4, unhandled: 1, unreadable: 2 })
    const warnings = stage.lines.filter(({ level }) => level === 'warn')
    expect(warnings.map(({ fields }) => [fields.topic, fields.partition, fields.offset, fields.reason])).toEqual([
      [stage.topic, 0, 1, 'not-json'],
      [stage.topic, 0, 2, 'tombstone'],
    ])
    expect(JSON.stringify(stage.lines)).not.toContain('do not log')
  })

  it('makes what a handler publishes an effect of its event', async () => {
    const causes: unknown[] = []
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': async () => {
            await Promise.resolve()
            causes.push(currentCause())
          },
        }),
      ],
    })
    await one.start()
    await stage.send([message({ id: 'e-1', metadata: { correlationId: 'req-9' } })])
    await until('it is handled', () => causes.length === 1)
    expect(causes).toEqual([{ eventId: 'e-1', correlationId: 'req-9' }])
  })

  it('names the missing topics and the command that creates them', async () => {
    const one = stage.subscriberOn({ on: [defineHandlers(people, { 'person.moved': () => {} })] })
    await expect(one.start()).rejects.toMatchObject({
      code: 'TOPICS_MISSING',
      message: expect.stringMatching(/house-helper\.people does not exist.*hh-events topics apply/),
    })
  })
})
