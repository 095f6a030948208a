import { describe, expect, it } from 'vitest'
import { inBatches, type Work } from '../test/batches.ts'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage, type OnStarted, onChores } from '../test/stage.ts'

const stage = memoryStage()

describe('moving partitions', () => {
  it.each(['handle', 'handleBatch'] as const)(
    'loses no event and breaks no order while members come and go (%s)',
    async (kind) => {
      const seen = new Map<string, Set<number>>()
      const tooEarly: string[] = []
      const handle: Work = async ({ householdId, data }) => {
        await new Promise(setImmediate)
        const steps = seen.get(householdId) ?? new Set()
        seen.set(householdId, steps)
        // At least once: whatever is repeated, no event is handled before the one ahead of it was.
        if (data.step > 0 && !steps.has(data.step - 1)) tooEarly.push(`${householdId} ${data.step}`)
        steps.add(data.step)
      }
      let turn = 0
      const handleBatch = inBatches(async (event) => {
        turn += 1
        if (turn % 17 === 0) throw new Error('now and then')
        await handle(event)
      })
      const retry = { attempts: 1000, baseMs: 1 }
      const made = { handle: { handle, retry }, handleBatch: { handleBatch, retry, maxBatchEvents: 15 } }[kind]
      const member = () => stage.subscriberOn({ on: [onChores({ 'chore.started': made })] })
      const households = Array.from({ length: 10 }, (_, n) => `household-${n}`)
      const one = member()
      await one.start()
      for (let round = 0; round < 5; round++) {
        const steps = Array.from({ length: 40 }, (_, n) => round * 40 + n)
        await stage.send(
          steps.flatMap((step) => households.map((householdId) => message({ householdId, data: { step } }))),
        )
        const other = member()
        await other.start()
        await stage.transport.broker.faults.rebalance('helpers')
        if (round % 2 === 0) await other.close()
        else await stage.transport.broker.faults.kill('helpers', { index: 1 })
      }
      await until('every event is handled', () => households.every((household) => seen.get(household)?.size === 200))
      expect(tooEarly).toEqual([])
    },
  )

  it('aborts what runs when all partitions are lost, and handles it again', async () => {
    const reasons: unknown[] = []
    const runs = Promise.withResolvers<void>()
    const one = stage.subscriber(async (_, { signal }) => {
      runs.resolve()
      if (reasons.length > 0) return
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))).catch((reason) =>
        reasons.push(reason),
      )
      signal.throwIfAborted()
    })
    await one.start()
    await stage.send([message()])
    await runs.promise
    await stage.transport.broker.faults.lose('helpers', 'session expired')
    await until('it is handled', () => one.stats().handled === 1)
    expect(reasons).toMatchObject([{ code: 'PARTITION_LOST' }])
    expect(one.stats().givenUp).toBe(0)
  })

  it('stops while the lease is uncertain, and repeats what it aborted without counting it', async () => {
    const attempts: number[] = []
    const one = stage.subscriber(async (_, { signal, delivery }) => {
      attempts.push(delivery.attempt)
      if (attempts.length === 1) await new Promise((_, reject) => signal.addEventListener('abort', reject))
    })
    await one.start()
    await stage.send([message()])
    await until('it runs', () => attempts.length === 1)
    await stage.transport.broker.faults.suspend('helpers', 'no heartbeat')
    await until('it is aborted', () => one.stats().inFlight === 0)
    expect(one.health().status).toBe('down')
    expect(one.health().reasons.map(({ code }) => code)).toContain('LEASE_UNCERTAIN')
    expect(attempts).toEqual([1])
    await stage.transport.broker.faults.thaw('helpers')
    await until('it is handled', () => one.stats().handled === 1)
    expect(attempts).toEqual([1, 1])
    expect(one.health().status).toBe('up')
  })

  it('handles nothing again that it has done without a commit, where nobody else has committed since', async () => {
    const one = stage.subscriber(() => {}, { commitIntervalMs: 60_000 })
    await stage.sendToFirst([message()])
    await one.start()
    await until('the first is handled, after a commit that says so', () => one.stats().handled === 1)
    await stage.sendToFirst(Array.from({ length: 20 }, () => message()))
    await until('all are handled', () => one.stats().handled === 21)
    expect((await stage.committed())?.offset).toBe(0)
    await stage.transport.broker.faults.lose('helpers', 'session expired')
    await stage.sendToFirst([message()])
    await until('the last is handled', () => one.stats().handled === 22)
    expect(one.stats()).toMatchObject({ skipped: 21 })
  })

  it('reads a partition from its beginning that was made again', async () => {
    const steps: number[] = []
    const one = stage.subscriber(({ data }) => void steps.push(data.step))
    await one.start()
    await stage.sendToFirst([1, 2, 3].map((step) => message({ data: { step } })))
    await until('all are handled', () => steps.length === 3)
    await stage.transport.broker.faults.recreate()
    await stage.sendToFirst([message({ data: { step: 4 } })])
    await until('the new one is handled', () => steps.includes(4))
  })

  it('reads a partition on that was paused when it went, and came back', async () => {
    const paused = () => one.stats().partitions.filter((partition) => partition.paused).length
    let blocked = true
    const waiting: (() => void)[] = []
    const handle: OnStarted = () => (blocked ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined)
    const one = stage.subscriber(handle, { maxPending: 2, concurrency: 100 })
    const messages = Array.from({ length: 30 }, (_, n) => message({ householdId: `household-${n}` }))
    for (const partition of [0, 1, 2]) {
      await stage.transport.sender.append({ topic: stage.topic, partition, messages }, { timeoutMs: 1000 })
    }
    await one.start()
    await until('all partitions are paused', () => paused() === 3)
    const other = stage.subscriber(handle, { maxPending: 2, concurrency: 100, closeTimeoutMs: 40 })
    await other.start()
    await until('some have gone', () => one.stats().partitions.length < 3)
    blocked = false
    for (const resolve of waiting.splice(0)) resolve()
    await other.close()
    await until('all have come back and are read', () => {
      const { partitions } = one.stats()
      return partitions.length === 3 && partitions.every(({ committed }) => committed === 30)
    })
  })
})
