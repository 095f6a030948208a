import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { receiptsInMemory } from '../test/receipts.ts'
import { memoryStage, onChores } from '../test/stage.ts'
import type { Once } from './once.ts'
import { createSubscriber } from './subscriber.ts'

const stage = memoryStage()

const effect = ({ id }: { readonly id: string }, context: object): void => {
  ;(context as { effects: string[] }).effects.push(id)
}

describe('a subscriber with receipts', () => {
  it('hands the handler what the receipts give, and counts a repeat apart', async () => {
    const once = receiptsInMemory()
    const one = stage.subscriber(effect, { once })
    await one.start()
    await stage.sendToFirst([message({ id: 'a' }), message({ id: 'a' }), message({ id: 'b' })])
    await until('all are done', () => one.stats().handled + one.stats().repeated === 3)
    expect(once.done).toEqual(['a', 'b'])
    expect(one.stats()).toMatchObject({ handled: 2, repeated: 1, failed: 0 })
    await until('all are committed', async () => (await stage.committed())?.offset === 3)
  })

  it('tells the receipts which delivery it is, with the bytes and the deadline', async () => {
    const once = receiptsInMemory()
    const one = stage.subscriber(effect, { once, timeoutMs: 5000 })
    await one.start()
    const sent = message({ id: 'a' })
    await stage.sendToFirst([sent])
    await until('it is handled', () => one.stats().handled === 1)
    const [delivery] = once.seen
    expect(delivery).toMatchObject({ event: { id: 'a' }, delivery: { kind: 'live', groupId: 'helpers', attempt: 1 } })
    expect(Buffer.from(delivery?.value ?? [])).toEqual(Buffer.from(sent.value ?? []))
    expect((delivery?.deadlineMs ?? 0) - performance.now()).toBeLessThan(5000)
  })

  it('tries a handler that threw again, and only the effects of the attempt that succeeded remain', async () => {
    const once = receiptsInMemory()
    const one = stage.subscriber(
      (event, context) => {
        effect(event, context)
        if (context.delivery.attempt < 3) throw new Error('not yet')
      },
      { once },
    )
    await one.start()
    await stage.sendToFirst([message({ id: 'a' })])
    await until('it is handled', () => one.stats().handled === 1)
    expect(once.done).toEqual(['a'])
    expect(one.stats()).toMatchObject({ failed: 2, retried: 2 })
  })

  it('leaves no effects of a handler that swallows its own rejection', async () => {
    const once = receiptsInMemory()
    const one = stage.subscriber(
      (event, context) => {
        effect(event, context)
        try {
          context.reject('no')
        } catch {
          // As a handler that catches everything does.
        }
      },
      { once, deadLetters: false },
    )
    await one.start()
    await stage.sendToFirst([message({ id: 'a' })])
    await until('it is given up', () => one.stats().givenUp === 1)
    expect(once.done).toEqual([])
  })

  it('leaves no effects of a handler that ends after its deadline', async () => {
    const once = receiptsInMemory()
    const one = stage.subscriber(
      async (event, context) => {
        effect(event, context)
        if (context.delivery.attempt > 1) return
        await new Promise<void>((resolve) => {
          context.signal.addEventListener('abort', () => resolve())
        })
      },
      { once, timeoutMs: 60 },
    )
    await one.start()
    await stage.sendToFirst([message({ id: 'a' })])
    await until('it is handled', () => one.stats().handled === 1)
    expect(once.done).toEqual(['a'])
    expect(one.stats().timedOut).toBe(1)
  })

  it('gives up at once what has the id of another event', async () => {
    const once = receiptsInMemory()
    const on = [onChores({ 'chore.started': effect, 'chore.noted': effect })]
    const one = stage.subscriberOn({ on, once, deadLetters: false })
    await one.start()
    await stage.sendToFirst([message({ id: 'a' }), message({ id: 'a', type: 'chore.noted' })])
    await until('it is given up', () => one.stats().givenUp === 1)
    expect(once.done).toEqual(['a'])
    const [line] = stage.lines.filter(({ level }) => level === 'error')
    expect(line?.fields).toMatchObject({ code: 'EVENT_ID_CONFLICT', eventId: 'a' })
  })

  it('reads the data again for a run that is done again within an attempt', async () => {
    const titles: unknown[] = []
    const twice: Once = {
      async run(_, handle) {
        await handle({})
        await handle({})
        return 'handled'
      },
      runBatch: () => Promise.reject(new Error('There is no batch here.')),
    }
    const one = stage.subscriber(
      ({ data }) => {
        titles.push(data.step)
        ;(data as { step: number }).step = 99
      },
      { once: twice },
    )
    await one.start()
    await stage.sendToFirst([message({ data: { step: 7 } })])
    await until('it is handled', () => one.stats().handled === 1)
    expect(titles).toEqual([7, 7])
  })

  it('refuses what cannot keep receipts', () => {
    const on = [onChores({ 'chore.started': effect })]
    expect(() => createSubscriber({ groupId: 'helpers', on, once: {} as Once })).toThrow('mongoOnce')
  })
})
