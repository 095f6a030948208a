import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { type Effects, receiptsInMemory } from '../test/receipts.ts'
import { memoryStage, type OnStarted, type Stage } from '../test/stage.ts'
import type { Once } from './once.ts'
import { decodeProgress, encodeProgress } from './progress/commit-metadata.ts'

const stage = memoryStage()

describe('a restart', () => {
  it('repeats nothing that was done above the watermark when it was closed', async () => {
    const handled: string[] = []
    let block = true
    const handle = async ({ id, householdId }: { id: string; householdId: string }) => {
      if (block && householdId === 'blocked') await new Promise(() => {})
      handled.push(id)
    }
    const one = stage.subscriber(handle)
    const messages = Array.from({ length: 50 }, (_, n) =>
      message({ id: `e-${n}`, householdId: n === 3 ? 'blocked' : `household-${n}` }),
    )
    await stage.sendToFirst(messages)
    await one.start()
    await until('all but one are handled', () => handled.length === 49)
    await one.close()
    expect(await stage.committed()).toMatchObject({ offset: 3 })
    block = false
    const two = stage.subscriber(handle)
    await two.start()
    await until('the one is handled', () => two.stats().handled === 1)
    expect(two.stats()).toMatchObject({ received: 47, skipped: 46 })
    expect([...handled].sort()).toEqual(messages.map((_, n) => `e-${n}`).sort())
  })

  it('counts attempts on, and tries an event that was held once more', async () => {
    const attempts: number[] = []
    const fail: OnStarted = (_, { delivery }) => {
      attempts.push(delivery.attempt)
      throw new Error('no')
    }
    await stage.send([message()])
    const one = stage.subscriber(fail)
    await one.start()
    await until('it is held', () => one.stats().held === 1)
    await one.close()
    const two = stage.subscriber(fail)
    await two.start()
    await until('it is held again', () => two.stats().held === 1)
    expect(attempts).toEqual([1, 2, 3, 4])
  })

  it('ignores commit metadata of others', async () => {
    const one = stage.subscriber(() => {})
    await stage.sendToFirst([message(), message()])
    await stage.commitAs(1, 'consumer@elsewhere')
    await one.start()
    await until('the second one is handled', () => one.stats().handled === 1)
    expect(one.stats()).toMatchObject({ received: 1, skipped: 0 })
  })

  it('gives up an event that has killed the process in each of its attempts, without running it', async () => {
    let calls = 0
    await stage.sendToFirst([message({ householdId: 'killer' }), message()])
    const tried = [{ offset: 0, attempts: 3, running: true, deaths: ['aaaaaaaa', 'bbbbbbbb'] }]
    await stage.commitAs(0, encodeProgress(0, { clean: false, crashes: 0, writer: 'cccccccc', done: [], tried }))
    const one = stage.subscriber(({ householdId }) => {
      if (householdId === 'killer') calls += 1
    })
    await one.start()
    await until('the other one is handled, the killer held', () => one.stats().handled === 1 && one.stats().held === 1)
    expect(calls).toBe(0)
    expect(one.health().reasons[0]?.message).toContain('PROCESS_DIED')
  })

  it('gives up no event that failed before two processes died, though it has had all its attempts', async () => {
    const attempts: number[] = []
    await stage.sendToFirst([message()])
    // What it failed at was lived through; two deaths may be the doing of another event.
    const tried = [{ offset: 0, attempts: 3, running: true, deaths: ['aaaaaaaa'] }]
    await stage.commitAs(0, encodeProgress(0, { clean: false, crashes: 0, writer: 'bbbbbbbb', done: [], tried }))
    const one = stage.subscriber((_, { delivery }) => void attempts.push(delivery.attempt), { retry: { attempts: 2 } })
    await one.start()
    await until('it is handled', () => one.stats().handled === 1)
    expect([attempts, one.stats().givenUp]).toEqual([[4], 0])
  })

  it('commits an attempt before it begins where a process died during the last one', async () => {
    let before: Awaited<ReturnType<Stage['committed']>>
    await stage.sendToFirst([message({ householdId: 'killer' }), message()])
    await stage.commitAs(
      0,
      encodeProgress(0, { clean: false, crashes: 0, done: [], tried: [{ offset: 0, attempts: 1, running: true }] }),
    )
    const one = stage.subscriber(
      async ({ householdId }) => {
        if (householdId === 'killer') before = await stage.committed()
      },
      { commitIntervalMs: 60_000 },
    )
    await one.start()
    await until('both are handled', () => one.stats().handled === 2)
    expect(decodeProgress(0, before?.metadata ?? '')).toMatchObject({
      clean: false,
      crashes: 1,
      tried: expect.arrayContaining([{ offset: 0, attempts: 2, running: true, deaths: ['-'] }]),
    })
  })

  it('does not count a death against an event that waits for its receipt, and does once its handler begins', async () => {
    const told = async () => {
      const position = await stage.committed()
      return position === undefined ? undefined : decodeProgress(position.offset, position.metadata)?.tried
    }
    const once = receiptsInMemory()
    const free = Promise.withResolvers<void>()
    const held: Once<Effects> = {
      ...once,
      run: async (delivery, handle) => {
        await free.promise
        return once.run(delivery, handle)
      },
    }
    let before: Awaited<ReturnType<typeof told>>
    await stage.sendToFirst([message()])
    const tried = [{ offset: 0, attempts: 1, running: true }]
    await stage.commitAs(0, encodeProgress(0, { clean: false, crashes: 0, done: [], tried }))
    const handle: OnStarted = async () => {
      before = await told()
    }
    const one = stage.subscriber(handle, { once: held, commitIntervalMs: 5 })
    await one.start()
    await until('a successor would find it waiting', async () => (await told())?.[0]?.running === false)
    expect(await told()).toEqual([{ offset: 0, attempts: 1, running: false, deaths: ['-'] }])
    free.resolve()
    await until('it is handled', () => one.stats().handled === 1)
    expect(before).toEqual([{ offset: 0, attempts: 2, running: true, deaths: ['-'] }])
  })

  it('handles one event at a time and commits each attempt first after two early deaths in a row', async () => {
    const seen: (number | undefined)[] = []
    await stage.sendToFirst([1, 2, 3].map((n) => message({ householdId: `household-${n}` })))
    await stage.commitAs(0, encodeProgress(0, { clean: false, crashes: 1, done: [], tried: [] }))
    const one = stage.subscriber(
      async () => {
        const position = await stage.committed()
        const progress = position && decodeProgress(position.offset, position.metadata)
        seen.push(progress?.tried.length === 1 ? progress.tried[0]?.offset : undefined)
      },
      { commitIntervalMs: 60_000 },
    )
    await one.start()
    await until('all are handled', () => one.stats().handled === 3)
    expect(seen).toEqual([0, 1, 2])
  })

  it('brings an event to its end that kills each process at once, and handles all others', async () => {
    const handled = new Set<string>()
    let deaths = 0
    const process = async () => {
      const dead = Promise.withResolvers<void>()
      let alive = true
      const one = stage.subscriber(
        async ({ id, householdId }) => {
          if (alive && householdId === 'killer') {
            alive = false
            deaths += 1
            await stage.transport.broker.faults.kill('helpers')
            dead.resolve()
          }
          if (!alive) await new Promise(() => {})
          handled.add(id)
        },
        // Dies before anything is committed on the timer.
        { commitIntervalMs: 60_000, closeTimeoutMs: 40 },
      )
      await one.start()
      const held = until('the killer is held', () => !alive || one.stats().held === 1)
      await Promise.race([dead.promise, held])
      return { alive, one }
    }
    const others = Array.from({ length: 30 }, (_, n) => message({ id: `e-${n}`, householdId: `household-${n}` }))
    await stage.sendToFirst([...others.slice(0, 15), message({ householdId: 'killer' }), ...others.slice(15)])
    let last = await process()
    while (!last.alive && deaths < 20) last = await process()
    expect(deaths).toBeLessThanOrEqual(6)
    expect(last.one.health().reasons[0]?.message).toMatch(/holds its key .*PROCESS_DIED/)
    await until('all others are handled', () => handled.size === 30)
  })
})
