import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage, type OnStarted } from '../test/stage.ts'

const stage = memoryStage()

describe('the end', () => {
  it('lets handlers finish under load, commits and leaves; the rest comes to the next', async () => {
    const handled = new Map<string, number>()
    const handle: OnStarted = async ({ id }) => {
      await new Promise(setImmediate)
      handled.set(id, (handled.get(id) ?? 0) + 1)
    }
    const messages = Array.from({ length: 3000 }, (_, n) =>
      message({ id: `e-${n}`, householdId: `household-${n % 97}` }),
    )
    await stage.send(messages)
    const one = stage.subscriber(handle, { closeTimeoutMs: 5000 })
    await one.start()
    await until('it works', () => handled.size > 100)
    await one.close()
    await one.closed
    const atClose = handled.size
    expect(atClose).toBeLessThan(3000)
    expect(one.health()).toMatchObject({ status: 'down', reasons: [{ code: 'CLOSED' }] })
    const two = stage.subscriber(handle)
    await two.start()
    await until('all are handled', () => handled.size === 3000)
    await until('none is left', () => two.stats().inFlight === 0)
    expect(Math.max(...handled.values())).toBe(1)
  })

  it('does not wait for a handler that never ends', async () => {
    const runs = Promise.withResolvers<void>()
    const reasons: unknown[] = []
    const one = stage.subscriber(
      (_, { signal }) => {
        runs.resolve()
        signal.addEventListener('abort', () => reasons.push(signal.reason))
        return new Promise(() => {})
      },
      { closeTimeoutMs: 100 },
    )
    await one.start()
    await stage.send([message()])
    await runs.promise
    await one.close()
    expect(reasons).toMatchObject([{ code: 'CLOSING' }])
    await one.closed
  })

  it('rejects closed when the receiver dies', async () => {
    const one = stage.subscriber(() => {})
    await one.start()
    const died = expect(one.closed).rejects.toThrow('the client broke')
    await stage.transport.broker.faults.fail('helpers', new Error('the client broke'))
    await died
    expect(one.health()).toMatchObject({ status: 'down', reasons: [{ code: 'DIED' }] })
  })
})
