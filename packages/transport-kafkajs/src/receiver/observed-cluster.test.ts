import { toTransportError } from '@house-helper/transport-kafka'
import { describe, expect, it } from 'vitest'
import { explain } from '../client/failure.ts'
import { type Broker, type Cluster, kafkajsInternals } from '../client/kafkajs-internals.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { observeCluster } from './observed-cluster.ts'

const NOT_LEADER = 6
const GROUP_AUTHORIZATION_FAILED = 30

describe('a cluster that is observed', () => {
  it('fetches nothing from a broker that is gone, and reads the metadata anew', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { cluster, refreshed, away } = newCluster({ findBroker: async () => throwing(refused) })
    expect(await fetchFrom(cluster)).toEqual({ responses: [] })
    expect([refreshed(), away()]).toEqual([1, 1])
  })

  it('fetches nothing from a broker that leads no more, and reads the metadata anew once for all', async () => {
    const moved = brokerThat(() => throwing(kafkajsInternals().createErrorFromCode(NOT_LEADER)))
    const { cluster, refreshed, away } = newCluster({ findBroker: async () => moved })
    expect(await Promise.all([fetchFrom(cluster), fetchFrom(cluster)])).toEqual([{ responses: [] }, { responses: [] }])
    expect([refreshed(), away()]).toEqual([1, 0])
  })

  it('says that a broker was away where its connection breaks', async () => {
    const closed = Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' })
    const { cluster, away } = newCluster({ findBroker: async () => brokerThat(() => throwing(closed)) })
    expect(await fetchFrom(cluster)).toEqual({ responses: [] })
    expect(away()).toBe(1)
  })

  it('goes on with the metadata it has while no broker answers', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const { cluster } = newCluster({ refreshMetadata: () => throwing(refused) })
    await expect(cluster.refreshMetadata()).resolves.toBeUndefined()
  })

  it('waits no longer for messages once the receiver ends', async () => {
    const ending = new AbortController()
    const { cluster } = newCluster({ findBroker: async () => brokerThat(() => new Promise(() => {})) }, ending.signal)
    const fetching = fetchFrom(cluster)
    ending.abort()
    expect(await fetching).toEqual({ responses: [] })
    expect(await fetchFrom(cluster)).toEqual({ responses: [] })
  })

  it('passes on what does not end by itself', async () => {
    const forbidden = kafkajsInternals().createErrorFromCode(GROUP_AUTHORIZATION_FAILED)
    const { cluster } = newCluster({
      findBroker: () => throwing(forbidden),
      refreshMetadata: () => throwing(forbidden),
    })
    await expect(fetchFrom(cluster)).rejects.toBe(forbidden)
    await expect(cluster.refreshMetadata()).rejects.toBe(forbidden)
  })
})

async function throwing(error: Error): Promise<never> {
  throw error
}

function newCluster(given: Partial<Cluster>, ending = new AbortController().signal) {
  let refreshed = 0
  let away = 0
  const brokerAway = () => {
    away += 1
  }
  const cluster = {
    brokerPool: { metadata: {} },
    refreshMetadata: async () => {
      refreshed += 1
    },
    refreshMetadataIfNecessary: async () => {},
    ...given,
  } as unknown as Cluster
  const isTransient = (error: unknown) =>
    toTransportError(error, { brokers: ['kafka:9092'], tls: false }, explain).canRetry
  const coordinator = {} as GroupCoordinator
  const hooks = { coordinator, ending, brokerAway, isTransient }
  observeCluster(cluster, { ...hooks, beforeFetch: async () => {}, fetchWaitMs: () => 0 })
  return { cluster, refreshed: () => refreshed, away: () => away }
}

async function fetchFrom(cluster: Cluster): Promise<unknown> {
  const broker = (await cluster.findBroker({ nodeId: 1 })) as Broker & { fetch(request: object): Promise<unknown> }
  return await broker.fetch({ topics: [] })
}

function brokerThat(send: () => Promise<never>): Broker {
  const lookupRequest = () => () => ({ request: {}, response: {} })
  return { lookupRequest, connectionPool: { send, pool: [] } } as unknown as Broker
}
