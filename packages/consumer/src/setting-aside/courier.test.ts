import { type OutgoingBatch, type OutgoingMessage, silentLogger, TransportError } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { until } from '../../test/condition.ts'
import { Courier } from './courier.ts'

const letter = (value: string, size = 1): OutgoingMessage => ({
  key: Buffer.from('k'),
  value: Buffer.from(value.padEnd(size, '.')),
})

/** A broker that does with each append what the test says, and a courier to it. */
function stage(answer: (batch: OutgoingBatch, append: number) => Promise<void> | void) {
  const appends: OutgoingBatch[] = []
  let inFlight = 0
  let mostInFlight = 0
  const sender = {
    append: async (batch: OutgoingBatch) => {
      appends.push(batch)
      inFlight += 1
      mostInFlight = Math.max(mostInFlight, inFlight)
      try {
        await answer(batch, appends.length)
      } finally {
        inFlight -= 1
      }
      return { baseOffset: 0 }
    },
  }
  const topic = { name: 'dead', partitions: 2 }
  const transport = { sender, partitioner: (key: Uint8Array) => (key[0] ?? 0) % 2 }
  const courier = new Courier({ transport, topic, logger: silentLogger })
  const values = () =>
    appends.map(({ messages }) => messages.map(({ value }) => String(value).replaceAll('.', '')).join(' '))
  return { courier, appends, values, mostInFlight: () => mostInFlight }
}

const lost = (): never => {
  throw new TransportError('TIMEOUT', 'No answer.', { outcome: 'unknown', canRetry: true })
}

it('sends what comes together as one batch, and the rest once that is acknowledged', async () => {
  const { courier, values, mostInFlight } = stage(async () => new Promise(setImmediate))
  const first = ['a', 'b'].map((value) => courier.send('', letter(value)).sent)
  await Promise.resolve()
  await Promise.resolve()
  const second = ['c', 'd'].map((value) => courier.send('', letter(value)).sent)
  await Promise.all([...first, ...second])
  expect(values()).toEqual(['a b', 'c d'])
  expect(mostInFlight()).toBe(1)
  await courier.settled()
  expect(courier.waiting).toBe(0)
})

it('sends the same batch again after a lost answer, whatever came meanwhile', async () => {
  const { courier, appends, values } = stage((_, append) => (append === 1 ? lost() : undefined))
  const { sent } = courier.send('', letter('a'))
  await until('the first try fails', () => courier.failure !== undefined)
  const later = courier.send('', letter('b'))
  await Promise.all([sent, later.sent])
  expect(values()).toEqual(['a', 'a', 'b'])
  expect(appends[1]?.messages[0]).toBe(appends[0]?.messages[0])
  await courier.settled()
  expect(courier.failure).toBeUndefined()
})

it('lets go of what is called back, and never settles it', async () => {
  const { courier, values } = stage((_, append) => (append === 1 ? lost() : undefined))
  const parcel = courier.send('', letter('a'))
  let settled = false
  void parcel.sent.then(() => {
    settled = true
  })
  await until('the first try fails', () => courier.failure !== undefined)
  parcel.callBack()
  await courier.send('', letter('b')).sent
  expect(values()).toEqual(['a', 'b'])
  expect(settled).toBe(false)
})

it('keeps only what is too large waiting', async () => {
  let limit = 10
  const { courier } = stage(({ messages }) => {
    if (messages.every(({ value }) => (value?.length ?? 0) < limit)) return
    throw new TransportError('MESSAGE_TOO_LARGE', 'Too large.', { outcome: 'not-sent' })
  })
  const large = courier.send('', letter('large', 20))
  await Promise.all(['a', 'b'].map((value) => courier.send('', letter(value)).sent))
  expect(courier.waiting).toBe(1)
  expect(courier.failure).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  limit = 100
  await large.sent
  await courier.settled()
  expect(courier.failure).toBeUndefined()
})

it('cuts batches at 256 KiB, and sends a larger message alone', async () => {
  const { courier, values } = stage(() => {})
  await Promise.all(
    ['a', 'b', 'c'].map((value) => courier.send('', letter(value, value === 'b' ? 300_000 : 100_000)).sent),
  )
  expect(values()).toEqual(['a', 'b', 'c'])
})

it('chooses the partition by the key of the message, else by the one given', async () => {
  const { courier, appends } = stage(() => {})
  await Promise.all([courier.send('b', letter('a')).sent, courier.send('b', { key: null, value: null }).sent])
  expect(appends.map(({ partition }) => partition).sort()).toEqual([0, 1])
})

it('tries nothing again once it is closed', async () => {
  const { courier, appends } = stage(lost)
  courier.send('', letter('a'))
  await until('it has failed', () => courier.failure !== undefined)
  courier.close()
  await courier.settled()
  expect(appends).toHaveLength(1)
})
