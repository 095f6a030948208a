import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'

const stage = memoryStage()

describe('a deadline', () => {
  it('aborts the signal of a slow handler and tries again', async () => {
    const reasons: unknown[] = []
    const one = stage.subscriber(
      async (_, { signal, delivery }) => {
        if (delivery.attempt > 1) return
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))).catch(
          (reason) => reasons.push(reason),
        )
        throw new Error('stopped')
      },
      { timeoutMs: 20 },
    )
    await one.start()
    await stage.send([message()])
    await until('it is handled', () => one.stats().handled === 1)
    expect(reasons).toMatchObject([{ code: 'HANDLER_TIMEOUT' }])
    expect(one.stats()).toMatchObject({ timedOut: 1, failed: 1, retried: 1 })
  })

  it('keeps the key, but not the slot, of a handler that ignores its signal, and never overlaps with it', async () => {
    const first = Promise.withResolvers<void>()
    const seen: string[] = []
    const one = stage.subscriber(
      async ({ householdId }, { delivery }) => {
        seen.push(`${householdId} ${delivery.attempt}`)
        if (householdId === 'slow' && delivery.attempt === 1) await first.promise
      },
      { timeoutMs: 20, concurrency: 1 },
    )
    await stage.sendToFirst([message({ householdId: 'slow' }), message({ householdId: 'quick' })])
    await one.start()
    await until('the other key is handled', () => one.stats().handled === 1)
    expect(seen).toEqual(['slow 1', 'quick 1'])
    expect(one.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'HANDLER_OVERDUE' }] })
    first.resolve()
    await until('it is handled by another attempt', () => one.stats().handled === 2)
    expect(seen).toEqual(['slow 1', 'quick 1', 'slow 2'])
  })
})
