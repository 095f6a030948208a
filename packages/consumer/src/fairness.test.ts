import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'

const stage = memoryStage()

/** Sends events of one household to a partition, whichever its key belongs to. */
const sendTo = (partition: number, householdId: string, count: number) =>
  stage.transport.sender.append(
    { topic: stage.topic, partition, messages: Array.from({ length: count }, () => message({ householdId })) },
    { timeoutMs: 1000 },
  )

describe('fairness', () => {
  it('lets partitions take turns, however much one of them has', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const one = stage.subscriber(
      async ({ householdId }) => {
        await gate.promise
        order.push(householdId)
      },
      { concurrency: 1 },
    )
    for (let n = 0; n < 20; n++) await sendTo(0, `busy-${n}`, 5)
    await sendTo(1, 'quiet', 3)
    await one.start()
    await until('all is read', () => one.stats().received === 103)
    gate.resolve()
    await until('all is handled', () => one.stats().handled === 103)
    expect(order.lastIndexOf('quiet')).toBeLessThanOrEqual(6)
  })

  it('lets the keys of a partition take turns', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const one = stage.subscriber(
      async ({ householdId }) => {
        await gate.promise
        order.push(householdId)
      },
      { concurrency: 1 },
    )
    await sendTo(0, 'busy', 50)
    await sendTo(0, 'quiet', 2)
    await one.start()
    await until('all is read', () => one.stats().received === 52)
    gate.resolve()
    await until('all is handled', () => one.stats().handled === 52)
    expect(order.lastIndexOf('quiet')).toBeLessThanOrEqual(4)
  })

  it('lets the event loop have its turn between handlers that never wait', async () => {
    let turns = 0
    let running = true
    const turn = (): void => {
      turns += 1
      if (running) setImmediate(turn)
    }
    const one = stage.subscriber(() => {
      const untilMs = performance.now() + 3
      while (performance.now() < untilMs);
    })
    await sendTo(0, 'busy', 100)
    await one.start()
    turn()
    await until('all is handled', () => one.stats().handled === 100)
    running = false
    expect(turns).toBeGreaterThan(10)
  })

  it('does not read further than its window, and reads on when half of it is done', async () => {
    const waiting: (() => void)[] = []
    const one = stage.subscriber(() => new Promise<void>((resolve) => waiting.push(resolve)), {
      maxPending: 10,
      concurrency: 100,
    })
    for (let n = 0; n < 40; n++) await sendTo(0, `household-${n}`, 1)
    await one.start()
    await until('reading is paused', () => one.stats().partitions.some(({ paused }) => paused))
    expect(one.stats()).toMatchObject({ received: 10, inFlight: 10 })
    for (const resolve of waiting.splice(0, 4)) resolve()
    await until('four are handled', () => one.stats().handled === 4)
    expect(one.stats().received).toBe(10)
    for (const resolve of waiting.splice(0, 1)) resolve()
    await until('it reads on', () => one.stats().received === 15)
    await until('all is handled', () => {
      for (const resolve of waiting.splice(0)) resolve()
      return one.stats().handled === 40
    })
  })
})
