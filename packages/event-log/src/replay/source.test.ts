import { expect, it } from 'vitest'
import type { EventRecord } from '../event-record.ts'
import type { PartitionPosition } from '../vectors/position-vector.ts'
import { type RecordReader, readForReplay } from './source.ts'

type Step = { readonly times: readonly number[]; readonly next: number }

const end = (topic: string, offset: number): PartitionPosition => ({ topic, partition: 0, generation: 1, offset })

/** Reads partitions that have these batches: records by their times, and where reading has got with them. */
function reader(partitions: Readonly<Record<string, readonly Step[]>>, closed: string[] = []): RecordReader {
  return async function* ({ to }) {
    const [{ topic } = { topic: '' }] = to ?? []
    let offset = 0
    try {
      for (const { times, next } of partitions[topic] ?? []) {
        const records = times.map((time) => ({ ...end(topic, offset++), brokerTime: new Date(time) }) as EventRecord)
        yield { records, position: [end(topic, next)] }
      }
    } finally {
      closed.push(topic)
    }
  }
}

async function all(read: RecordReader, until: readonly PartitionPosition[]) {
  const [records, reached]: [string[], string[]] = [[], []]
  const selection = { filter: {}, from: [], until }
  for await (const batch of readForReplay(read, selection, new AbortController().signal)) {
    records.push(...batch.records.map(({ topic, brokerTime }) => `${topic}${brokerTime.getTime()}`))
    reached.push(...batch.reached.map(({ topic, offset }) => `${topic}@${offset}`))
  }
  return { records, reached }
}

it('gives each partition in its order, and between them the one that Kafka got first', async () => {
  const read = reader({
    a: [
      { times: [1, 9], next: 2 },
      { times: [3, 10], next: 4 },
    ],
    b: [{ times: [2, 4, 5], next: 3 }],
  })
  const { records, reached } = await all(read, [end('a', 4), end('b', 3)])
  expect(records).toEqual(['a1', 'b2', 'b4', 'b5', 'a9', 'a3', 'a10'])
  expect(reached).toEqual(['b@3', 'a@2', 'a@4'])
})

it('says how far it has read where nothing matches', async () => {
  const read = reader({
    a: [
      { times: [], next: 10_000 },
      { times: [], next: 20_000 },
    ],
  })
  expect(await all(read, [end('a', 20_000)])).toEqual({ records: [], reached: ['a@20000'] })
})

it('ends all readings when one fails, or when it is left', async () => {
  const closed: string[] = []
  const read = reader({ a: [{ times: [1], next: 1 }], b: [{ times: [2], next: 1 }] }, closed)
  const failing: RecordReader = (query) => {
    if (query.to?.[0]?.topic === 'c') throw new Error('away')
    return read(query)
  }
  const bad: RecordReader = async function* (query) {
    yield* query.to?.[0]?.topic === 'b' ? failing({ to: [end('c', 1)] }) : read(query)
  }
  await expect(all(bad, [end('a', 1), end('b', 1)])).rejects.toThrow('away')
  expect(closed).toEqual(['a'])
})
