import type { FetchedMessage } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { messageQueue } from './message-queue.ts'

const limits = { maxBatchMessages: 3, maxBatchBytes: 2_000, maxQueuedMessages: 6, maxQueuedBytes: 10_000 }
const message = (offset: number, bytes = 100): FetchedMessage => ({
  ...{ offset, timestampMs: 0, key: null, headers: [] },
  value: Buffer.alloc(bytes),
})
const offsets = (messages: readonly FetchedMessage[]) => messages.map(({ offset }) => offset)

describe('the queue of a partition', () => {
  it('gives messages in order, in batches of at most so many', () => {
    const queue = messageQueue(limits)
    queue.push([0, 1, 2, 3].map((offset) => message(offset)))
    queue.push([message(4)])
    expect([offsets(queue.take()), offsets(queue.take()), offsets(queue.take())]).toEqual([[0, 1, 2], [3, 4], []])
  })

  it('ends a batch before it has too many bytes, and gives a larger message alone', () => {
    const queue = messageQueue(limits)
    queue.push([message(0, 1_000), message(1, 1_000), message(2, 5_000), message(3)])
    const batches = [queue.take(), queue.take(), queue.take(), queue.take()]
    expect(batches.map(offsets)).toEqual([[0], [1], [2], [3]])
  })

  it('is full by messages or by bytes, and half empty again later', () => {
    const queue = messageQueue(limits)
    queue.push([0, 1, 2, 3, 4, 5].map((offset) => message(offset)))
    expect([queue.full, queue.halfEmpty]).toEqual([true, false])
    queue.take()
    expect([queue.full, queue.halfEmpty]).toEqual([false, true])
    queue.push([message(6, 9_000)])
    expect(queue.full).toBe(true)
    queue.clear()
    expect([queue.length, queue.full, queue.halfEmpty]).toEqual([0, false, true])
  })
})
