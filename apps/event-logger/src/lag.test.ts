import type { FetchedMessage, PartitionRange } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { type LagSource, measureLag } from './lag.ts'

const nowMs = Date.parse('2026-01-01T00:01:00Z')

function source(ranges: readonly PartitionRange[], committed: Readonly<Record<number, number>>): LagSource {
  return {
    admin: {
      ranges: async () => ranges,
      committed: async () =>
        Object.entries(committed).map(([partition, offset]) => ({
          topic: 't',
          partition: Number(partition),
          offset,
          metadata: '',
        })),
    },
    read: async ({ offset }): Promise<FetchedMessage[]> => [
      { offset, timestampMs: nowMs - 1000 * (20 - offset), key: null, value: null, headers: [] },
    ],
  }
}

it('counts from what is committed, in messages and in seconds', async () => {
  const range = { topic: 't', partition: 0, low: 0, high: 10 }
  expect(await measureLag(source([range], { 0: 7 }), 'g', ['t'], nowMs)).toEqual([
    { topic: 't', partition: 0, messages: 3, seconds: 13, end: 10 },
  ])
})

it('is none where everything is committed', async () => {
  const range = { topic: 't', partition: 0, low: 0, high: 10 }
  expect(await measureLag(source([range], { 0: 10 }), 'g', ['t'], nowMs)).toEqual([
    { topic: 't', partition: 0, messages: 0, seconds: 0, end: 10 },
  ])
})

it('counts from the first message that is still there, where nothing or something older is committed', async () => {
  const ranges = [
    { topic: 't', partition: 0, low: 4, high: 10 },
    { topic: 't', partition: 1, low: 4, high: 10 },
  ]
  const lag = await measureLag(source(ranges, { 1: 2 }), 'g', ['t'], nowMs)
  expect(lag.map(({ messages }) => messages)).toEqual([6, 6])
})

it('is none where the topic was replaced by a shorter one', async () => {
  const range = { topic: 't', partition: 0, low: 0, high: 3 }
  expect(await measureLag(source([range], { 0: 10 }), 'g', ['t'], nowMs)).toMatchObject([{ messages: 0 }])
})
