import type { Receiver, Transport } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'

const stage = memoryStage()

/** A receiver that has all partitions and never delivers anything, as a client whose fetch loop has died. */
function deafReceiver(topic: string): Receiver {
  return {
    async start(listener) {
      const partitions = [0, 1, 2].map((partition) => ({ topic, partition, committed: undefined }))
      await listener.assigned(partitions, false)
    },
    commit: async () => {},
    pause: () => {},
    resume: () => {},
    stop: async () => {},
  }
}

/** The stage's transport, of which the first receivers are deaf. */
function withDeafReceivers(count: number): Transport & { readonly made: () => number } {
  let made = 0
  return {
    ...stage.transport,
    made: () => made,
    receiver(options) {
      made += 1
      return made <= count ? deafReceiver(stage.topic) : stage.transport.receiver(options)
    },
  }
}

describe('a watchdog', () => {
  it('has a receiver replaced that does not read what waits', async () => {
    const transport = withDeafReceivers(1)
    const one = stage.subscriber(() => {}, { transport, stallTimeoutMs: 60 })
    await one.start()
    await stage.send([message()])
    await until('the event is handled', () => one.stats().handled === 1)
    expect(transport.made()).toBe(2)
    expect(one.stats().rebuilds).toBe(1)
    expect(stage.lines.find(({ level }) => level === 'error')?.fields.reason).toMatch(/has messages from offset/)
  })

  it('ends the subscriber when a new receiver does not read either', async () => {
    const transport = withDeafReceivers(Number.POSITIVE_INFINITY)
    const one = stage.subscriber(() => {}, { transport, stallTimeoutMs: 60 })
    await one.start()
    const died = expect(one.closed).rejects.toMatchObject({ code: 'STALLED' })
    await stage.send([message()])
    await died
    expect(transport.made()).toBe(2)
    expect(one.health()).toMatchObject({ status: 'down', reasons: [{ code: 'DIED' }] })
  })

  it('is patient with a partition that waits for a held key', async () => {
    const one = stage.subscriber(
      () => {
        throw new Error('no')
      },
      { maxPending: 4, stallTimeoutMs: 40 },
    )
    await stage.sendToFirst(Array.from({ length: 20 }, () => message()))
    await one.start()
    await until('the window is full', () => one.health().reasons.some(({ code }) => code === 'WINDOW_FULL'))
    let measured = 0
    const { ranges } = stage.transport.admin
    stage.transport.admin.ranges = async (topics) => {
      measured += 1
      return await ranges(topics)
    }
    await until('it was looked at for longer than a stall may last', () => measured > 10)
    expect(one.stats().rebuilds).toBe(0)
    expect(one.health().status).toBe('degraded')
  })

  it('is patient with offsets at the end that hold no message', async () => {
    let measured = 0
    const { admin } = stage.transport
    const transport: Transport = {
      ...stage.transport,
      admin: {
        ...admin,
        // As after a transaction's commit marker.
        ranges: async (topics) => {
          measured += 1
          return (await admin.ranges(topics)).map((range) => ({ ...range, high: range.high + 1 }))
        },
      },
    }
    const one = stage.subscriber(() => {}, { transport, stallTimeoutMs: 40 })
    await stage.send([message()])
    await one.start()
    await until('it was looked at for longer than a stall may last', () => measured > 15)
    expect(one.stats()).toMatchObject({ handled: 1, rebuilds: 0 })
  })

  it('says that the lag is unknown while brokers do not answer, and does nothing else', async () => {
    let measured = 0
    const { admin } = stage.transport
    const transport: Transport = {
      ...stage.transport,
      admin: {
        ...admin,
        ranges: async () => {
          measured += 1
          throw new Error('no broker answered')
        },
      },
    }
    const one = stage.subscriber(() => {}, { transport, stallTimeoutMs: 40 })
    await one.start()
    await until('it was tried for longer than a stall may last', () => measured > 10)
    expect(one.stats().rebuilds).toBe(0)
    expect(one.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'LAG_UNKNOWN' }] })
  })
})

describe('the lag', () => {
  it('is the end minus what is committed, also while nothing is read', async () => {
    const one = stage.subscriber(
      async () => {
        await new Promise(() => {})
      },
      { stallTimeoutMs: 40, maxPending: 2, closeTimeoutMs: 50 },
    )
    await stage.sendToFirst(Array.from({ length: 10 }, () => message()))
    await one.start()
    const lag = () => one.stats().partitions.find(({ partition }) => partition === 0)?.lag
    await until('the lag is measured', () => lag() === 10)
    await stage.sendToFirst([message()])
    await until('the lag has grown', () => lag() === 11)
  })
})
