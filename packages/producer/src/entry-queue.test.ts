import { describe, expect, it } from 'vitest'
import type { Entry } from './entry.ts'
import { createEntryQueue, type EntryQueue } from './entry-queue.ts'

function entry(id: string, bytes = 10): Entry {
  const fields = { key: Buffer.of(), value: Buffer.of(), type: 'lamp.lit', deadlineMs: 0 }
  const handlers = { resolve: () => {}, reject: () => {}, unlisten: undefined }
  return { ...fields, ...handlers, id, bytes, maybeWritten: false, settled: false }
}

function filled(...entries: readonly Entry[]): EntryQueue {
  const queue = createEntryQueue()
  for (const one of entries) queue.push(one)
  return queue
}

const ids = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id)

describe('an entry queue', () => {
  it('gives the oldest entries that fit, then the next', () => {
    const queue = filled(entry('a'), entry('b'), entry('c'))
    expect(ids(queue.take(20))).toEqual(['a', 'b'])
    queue.push(entry('d'))
    expect(ids(queue.take(20))).toEqual(['c', 'd'])
    expect(queue.take(20)).toEqual([])
  })

  it('gives one entry that is larger than the bound, and it alone', () => {
    const queue = filled(entry('large', 100), entry('small'))
    expect(ids(queue.take(20))).toEqual(['large'])
    expect(ids(queue.take(20))).toEqual(['small'])
  })

  it('passes over what was settled meanwhile', () => {
    const all = Array.from({ length: 10 }, (_, n) => entry(`e${n}`))
    const queue = filled(...all)
    for (const one of all.filter((_, n) => n % 3 === 0)) {
      one.settled = true
      queue.forget()
    }
    expect(queue.first()?.id).toBe('e1')
    expect(ids(queue.take(30))).toEqual(['e1', 'e2', 'e4'])
    expect(ids(queue.take(1000))).toEqual(['e5', 'e7', 'e8'])
    expect(queue.first()).toBeUndefined()
  })

  it('keeps the order over many turns of filling and taking', () => {
    const queue = createEntryQueue()
    const taken: string[] = []
    for (let n = 0; n < 1000; n += 1) {
      queue.push(entry(`e${n}`))
      queue.push(entry(`f${n}`))
      taken.push(...ids(queue.take(10 + (n % 3) * 10)))
    }
    taken.push(...ids(queue.take(Number.POSITIVE_INFINITY)))
    expect(taken).toEqual(Array.from({ length: 1000 }, (_, n) => [`e${n}`, `f${n}`]).flat())
  })
})
