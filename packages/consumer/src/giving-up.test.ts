import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'
import { decodeProgress } from './progress/commit-metadata.ts'

const stage = memoryStage()

const throwing = () => {
  throw new Error('hostile')
}

describe('retry and giving up', () => {
  const throwables: [string, () => unknown][] = [
    ['an Error', () => Promise.reject(new Error('no'))],
    ['a SyntaxError, synchronously', () => JSON.parse('{')],
    [
      'a TypeError, synchronously',
      () => {
        throw new TypeError('no')
      },
    ],
    ['a TypeError, as a rejection', () => Promise.reject(new TypeError('no'))],
    [
      'null',
      () => {
        throw null
      },
    ],
    ['undefined, as a rejection', () => Promise.reject(undefined)],
    ['a string', () => Promise.reject('no')],
    [
      'an object that cannot be looked into',
      () => {
        throw new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing })
      },
    ],
    [
      'a thenable whose then throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a hostile thenable is what is tested
        get then() {
          throw new TypeError('hostile')
        },
      }),
    ],
  ]

  it.each(throwables)('holds only the key of a handler that throws %s', async (_, fail) => {
    const handled: string[] = []
    const one = stage.subscriber(({ householdId, data }) => {
      if (householdId === 'poison') return fail()
      handled.push(`${householdId} ${data.step}`)
    })
    await stage.sendToFirst(
      [1, 2].flatMap((step) =>
        ['poison', 'household-2'].map((householdId) => message({ householdId, data: { step } })),
      ),
    )
    await one.start()
    await until('the other key is through and the first one held', () => one.stats().held === 1 && handled.length === 2)
    expect(one.stats()).toMatchObject({ handled: 2, failed: 3, retried: 2, givenUp: 1, inFlight: 0 })
    expect(one.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'EVENT_HELD' }] })
    expect(one.health().reasons[0]?.message).toMatch(/chore\.started .* at house-helper\.chores\/0@0 .*HANDLER_FAILED/)
    await until('what the other key has done is committed', async () => {
      const position = await stage.committed()
      const progress = position && decodeProgress(position.offset, position.metadata)
      return position?.offset === 0 && progress?.done.length === 2
    })
  })

  it('gives each attempt the data as it came, whatever the one before did to it', async () => {
    const steps: number[] = []
    const attempts: number[] = []
    const one = stage.subscriber(({ data }, { delivery }) => {
      steps.push(data.step)
      attempts.push(delivery.attempt)
      data.step = 99
      if (steps.length < 3) throw new Error('again')
    })
    await one.start()
    await stage.send([message({ data: { step: 1 } })])
    await until('it is handled', () => one.stats().handled === 1)
    expect(steps).toEqual([1, 1, 1])
    expect(attempts).toEqual([1, 2, 3])
  })

  it('frees the slot of a failed event while its key waits', async () => {
    const handled: string[] = []
    const one = stage.subscriber(
      ({ householdId }) => {
        if (householdId === 'poison') throw new Error('no')
        handled.push(householdId)
      },
      { concurrency: 1, retry: { attempts: 2, baseMs: 60_000, maxMs: 60_000 } },
    )
    await stage.sendToFirst([message({ householdId: 'poison' }), message(), message()])
    await one.start()
    await until('the others are handled', () => handled.length === 2)
    expect(one.stats()).toMatchObject({ inFlight: 0, retried: 1 })
  })

  it.each([
    ['REJECTED', {}, 'reject'],
    ['CONTRACT_BROKEN', { data: { step: 'one' } }, ''],
    ['VERSION_TOO_NEW', { version: '2.0' }, ''],
    ['VERSION_UNKNOWN', { version: 'latest' }, ''],
  ] as const)('gives an event up at once as %s', async (code, given, behaviour) => {
    let calls = 0
    const one = stage.subscriber((_, { reject }) => {
      calls += 1
      try {
        if (behaviour === 'reject') reject('nobody lives there')
      } catch {
        // A handler that catches everything.
      }
    })
    await one.start()
    await stage.send([message(given)])
    await until('it is held', () => one.stats().held === 1)
    expect(calls).toBe(behaviour === 'reject' ? 1 : 0)
    expect(one.stats()).toMatchObject({ handled: 0, retried: 0, givenUp: 1 })
    expect(one.health().reasons[0]?.message).toContain(code)
  })

  it('pauses a partition whose window is full behind a held event, and says so', async () => {
    const one = stage.subscriber(
      ({ householdId }) => {
        if (householdId === 'poison') throw new Error('no')
      },
      { maxPending: 10 },
    )
    await stage.sendToFirst(Array.from({ length: 30 }, () => message({ householdId: 'poison' })))
    await one.start()
    await until('the partition is paused', () => one.health().reasons.some(({ code }) => code === 'WINDOW_FULL'))
    expect(one.stats().partitions.find(({ partition }) => partition === 0)).toMatchObject({ pending: 10, paused: true })
  })
})
