import { setImmediate as turn } from 'node:timers/promises'
import { TransportError, type TransportErrorCode } from '@house-helper/events-core'
import type { FetchAnswer, Wire } from '@house-helper/transport-kafka'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFetcher, type Fetcher } from './fetcher.ts'

const place = { topic: 'tasks', partition: 0 }
const BATCH = 10
const led = { partitionId: place.partition, partitionErrorCode: 0, leader: 1, replicas: [1] }

interface Given {
  readonly from: number
  /** Ends the listener's work on the batch; reading goes on there. */
  done(next: number): void
}

let fetcher: Fetcher

/** A fetcher of one partition on a broker that has a batch of ten messages wherever it is asked, after these failures. */
function started(...failures: TransportError[]): { readonly log: string[]; readonly given: Given[] } {
  const log: string[] = []
  const given: Given[] = []
  const wire: Pick<Wire, 'metadata' | 'once' | 'errorOf'> = {
    metadata: async () => ({
      ...{ clusterId: 'cluster', controllerId: 1, brokers: [{ nodeId: 1, host: 'localhost', port: 9092 }] },
      topicMetadata: [{ topic: place.topic, topicErrorCode: 0, isInternal: false, partitionMetadata: [led] }],
    }),
    once: async ({ args }) => {
      const { topics } = args as { topics: { partitions: { fetchOffset: string }[] }[] }
      const offset = Number(topics[0]?.partitions[0]?.fetchOffset)
      log.push(`asked ${offset}`)
      await turn()
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      const answer: FetchAnswer = {
        ...{ ...place, errorCode: 0, highWatermark: 1_000, lastStableOffset: 1_000 },
        ...{ from: offset, batches: [], nextOffset: offset + BATCH },
      }
      return [answer]
    },
    errorOf: (error) => error as ReturnType<Wire['errorOf']>,
  }
  fetcher = createFetcher({
    ...{ wire: wire as Wire, groupId: 'points', topics: [place.topic] },
    fetched: (_answer, from, moveTo) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      log.push(`given ${from}`)
      given.push({
        from,
        done(next) {
          moveTo(next)
          resolve()
        },
      })
      return promise
    },
    brokerAway: () => log.push('away'),
    onFinal: (error) => {
      throw error
    },
  })
  fetcher.begin([{ ...place, offset: 0 }], [])
  return { log, given }
}

function failure(code: TransportErrorCode, details = {}): TransportError {
  return new TransportError(code, 'as the test says', { canRetry: true, details })
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}

describe('a fetcher', () => {
  afterEach(() => fetcher.end())

  it('asks for the next batch before the listener has one, and not for a third', async () => {
    const { log, given } = started()
    await vi.waitFor(() => expect(given).toHaveLength(1))
    await settled()
    expect(log).toEqual(['asked 0', 'asked 10', 'given 0'])
    given[0]?.done(10)
    await vi.waitFor(() => expect(given).toHaveLength(2))
    await settled()
    expect(log.slice(3)).toEqual(['given 10', 'asked 20'])
  })

  it('throws away what it fetched ahead where the listener goes on elsewhere, and then waits for it', async () => {
    const { log, given } = started()
    await vi.waitFor(() => expect(given).toHaveLength(1))
    given[0]?.done(4)
    await vi.waitFor(() => expect(given).toHaveLength(2))
    await settled()
    expect(log).toEqual(['asked 0', 'asked 10', 'given 0', 'asked 4', 'given 4'])
    given[1]?.done(14)
    await vi.waitFor(() => expect(given).toHaveLength(3))
    await settled()
    expect(log.slice(5)).toEqual(['asked 14', 'asked 24', 'given 14'])
  })

  it('gives nothing of a partition that is paused, nor within the call that resumes it', async () => {
    const { log, given } = started()
    await vi.waitFor(() => expect(given).toHaveLength(1))
    await settled()
    fetcher.pause([place])
    given[0]?.done(10)
    await settled()
    expect(log).toEqual(['asked 0', 'asked 10', 'given 0'])
    fetcher.resume([place])
    expect(given).toHaveLength(1)
    await vi.waitFor(() => expect(given).toHaveLength(2))
    expect(given[1]?.from).toBe(10)
  })

  it('says that a broker was away, and asks again', async () => {
    const { log, given } = started(failure('UNREACHABLE'))
    await vi.waitFor(() => expect(given).toHaveLength(1))
    expect(log.slice(0, 3)).toEqual(['asked 0', 'away', 'asked 0'])
  })

  it('takes an error that a broker answers for no absence', async () => {
    const { log, given } = started(failure('PROTOCOL', { kafka: 'NOT_LEADER_OR_FOLLOWER' }))
    await vi.waitFor(() => expect(given).toHaveLength(1))
    expect(log.slice(0, 2)).toEqual(['asked 0', 'asked 0'])
  })

  it('gives nothing of a generation that has ended', async () => {
    const { given } = started()
    await vi.waitFor(() => expect(given).toHaveLength(1))
    fetcher.begin([{ ...place, offset: 500 }], [])
    given[0]?.done(10)
    await vi.waitFor(() => expect(given).toHaveLength(2))
    expect(given[1]?.from).toBe(500)
  })
})
