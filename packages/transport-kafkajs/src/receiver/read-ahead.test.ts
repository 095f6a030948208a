import type { FetchAnswer } from '@house-helper/transport-kafka'
import { describe, expect, it } from 'vitest'
import { type FetchRequest, readAhead } from './read-ahead.ts'

const END = 100
const STEP = 10

describe('reading ahead', () => {
  it('asks for what follows while what has come is handled, once a reader goes on', async () => {
    const { fetch, asked } = newBroker()
    const read = readAhead(fetch)
    await read(from(0))
    expect(asked).toEqual([[0]])
    await read(from(10))
    expect(asked).toEqual([[0], [10], [20]])
    expect(await read(from(20))).toMatchObject([{ nextOffset: 30 }])
    expect(asked).toEqual([[0], [10], [20], [30]])
  })

  it('asks for nothing that is not there yet', async () => {
    const { fetch, asked } = newBroker()
    const read = readAhead(fetch)
    await read(from(80))
    await read(from(90))
    await read(from(100))
    expect(asked).toEqual([[80], [90], [100]])
  })

  it('gives a reader that moved what it asks for, and does not ask ahead of it', async () => {
    const { fetch, asked } = newBroker()
    const read = readAhead(fetch)
    await read(from(0))
    await read(from(10))
    expect(await read(from(15))).toMatchObject([{ nextOffset: 25 }])
    expect(asked).toEqual([[0], [10], [20], [15]])
  })

  it('gives a reader that left a partition out only those it asks for', async () => {
    const { fetch, asked } = newBroker()
    const read = readAhead(fetch)
    await read(from(0, 0))
    await read(from(10, 10))
    expect(await read(from(20))).toMatchObject([{ partition: 0, nextOffset: 30 }])
    expect(asked).toEqual([[0, 0], [10, 10], [20, 20], [20]])
  })

  it('does not ask beyond a partition that has to be looked after', async () => {
    const { fetch, asked } = newBroker({ errorCode: 1 })
    const read = readAhead(fetch)
    await read(from(0))
    await read(from(10))
    expect(asked).toEqual([[0], [10]])
  })

  it('passes the failure of what was asked ahead on to whoever asks next, and begins anew', async () => {
    const { fetch, asked } = newBroker({ failsAt: 20 })
    const read = readAhead(fetch)
    await read(from(0))
    await read(from(10))
    await expect(read(from(20))).rejects.toThrow('gone')
    expect(await read(from(20))).toMatchObject([{ nextOffset: 30 }])
    expect(asked).toEqual([[0], [10], [20], [20]])
  })
})

function from(...offsets: readonly number[]): FetchRequest {
  const partitions = offsets.map((offset, partition) => ({ partition, fetchOffset: String(offset) }))
  return { topics: [{ topic: 'chores', partitions }] }
}

/** A broker with 100 messages in each partition, which gives ten at a time; it may fail once. */
function newBroker({ errorCode = 0, failsAt = Number.NaN } = {}) {
  const asked: number[][] = []
  let failing = true
  const fetch = async ({ topics }: FetchRequest): Promise<FetchAnswer[]> => {
    const partitions = topics.flatMap((topic) => topic.partitions)
    const offsets = partitions.map(({ fetchOffset }) => Number(fetchOffset))
    asked.push(offsets)
    if (failing && offsets.includes(failsAt)) {
      failing = false
      throw new Error('gone')
    }
    return offsets.map((offset, partition) => {
      const nextOffset = offset < END ? Math.min(END, offset + STEP) : undefined
      const ends = { highWatermark: END, lastStableOffset: END }
      return { topic: 'chores', partition, from: offset, errorCode, ...ends, batches: [], nextOffset }
    })
  }
  return { fetch, asked }
}
