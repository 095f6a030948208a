import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ClusterNode } from './cluster-node.ts'
import { type KafkaCluster, startKafkaCluster } from './kafka/kafka-cluster.ts'
import { type MongoSet, startMongoSet } from './mongodb/mongo-set.ts'

// Three servers start at once, on a busy machine for many seconds.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const soon = { timeout: 60_000, interval: 100 }

describe('a Kafka of three brokers', () => {
  let cluster: KafkaCluster

  beforeAll(async () => {
    cluster = await startKafkaCluster()
    // kafkajs's own waiting fails where it asks a broker that has not heard of the topic yet.
    await withAdmin((admin) =>
      admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }], waitForLeaders: false }),
    )
    await vi.waitFor(async () => {
      const leaders = (await cluster.partitions('kept')).filter(({ leader }) => leader !== undefined)
      expect(leaders).toHaveLength(3)
    }, soon)
  })
  afterAll(() => cluster?.close())

  test('gives each partition three replicas, and leaders to all brokers', async () => {
    const partitions = await cluster.partitions('kept')
    expect(partitions.map(({ replicas }) => [...replicas].sort())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
    expect(new Set(partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2, 3]))
  })

  test('moves a leader that is killed, and has it in sync again after its start', async () => {
    const node = await leader()
    await node.kill()
    expect(node.pid).toBeUndefined()
    await vi.waitFor(async () => {
      const [now] = await cluster.partitions('kept')
      expect(cluster.nodes.filter(({ pid }) => pid !== undefined).map(({ id }) => id)).toContain(now?.leader)
    }, soon)
    await node.start()
    await vi.waitFor(async () => {
      for (const { inSync } of await cluster.partitions('kept')) expect(inSync).toHaveLength(3)
    }, soon)
  })

  test('has moved a leader before its stop ends', async () => {
    const node = await leader()
    await node.stop()
    expect((await leader()).id).not.toBe(node.id)
  })

  async function leader(): Promise<ClusterNode> {
    const [partition] = await cluster.partitions('kept')
    const node = cluster.nodes.find(({ id }) => id === partition?.leader)
    if (!node) throw new Error('the partition has no leader')
    return node
  }

  function withAdmin<Result>(work: (admin: ReturnType<Kafka['admin']>) => Promise<Result>): Promise<Result> {
    const admin = new Kafka({ brokers: [...cluster.brokers], logLevel: logLevel.NOTHING }).admin()
    return admin.connect().then(async () => {
      try {
        return await work(admin)
      } finally {
        await admin.disconnect()
      }
    })
  }
})

describe('a MongoDB of three members', () => {
  let set: MongoSet
  let client: MongoClient

  beforeAll(async () => {
    set = await startMongoSet()
    client = new MongoClient(set.uri)
  })
  afterAll(async () => {
    await client?.close()
    await set?.close()
  })

  test('has another primary after a step-down', async () => {
    const before = await set.stepDown()
    expect((await set.primary()).id).not.toBe(before.id)
  })

  test('keeps what a majority had when its primary is killed, and takes the killed one in again', async () => {
    const primary = await set.primary()
    await insert('before')
    await primary.kill()
    expect((await set.primary()).id).not.toBe(primary.id)
    await primary.start()
    await set.untilHealthy()
    await insert('after')
    expect(await client.db('kept').collection('documents').countDocuments()).toBe(2)
  })

  test('goes on after all of it was frozen', async () => {
    for (const node of set.nodes) node.pause()
    await expect(set.primary(200)).rejects.toMatchObject({ code: 'START_TIMED_OUT' })
    for (const node of set.nodes) node.resume()
    await expect(set.primary()).resolves.toMatchObject({ id: expect.any(Number) })
  })

  test('leaves no process and no data when it is closed', async () => {
    const folder = dirname(dirname(set.nodes[0]?.logFile ?? ''))
    expect(existsSync(folder)).toBe(true)
    await client.close()
    await set.close()
    expect(set.nodes.map(({ pid }) => pid)).toEqual([undefined, undefined, undefined])
    expect(existsSync(folder)).toBe(false)
  })

  async function insert(value: string): Promise<void> {
    const writeConcern = { w: 'majority' as const, journal: true }
    await client.db('kept').collection('documents').insertOne({ value }, { writeConcern })
  }
})
