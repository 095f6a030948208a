import type { OutgoingBatch, Transport } from '@house-helper/events-core'
import { type KafkaCluster, startKafkaCluster } from '@house-helper/local-stack'
import { untilDeadline } from '@house-helper/transport-kafka'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OpenTransport, randomName } from './real-kafka.ts'
import { recordingListener } from './recording-listener.ts'

const partitions = [0, 1, 2, 3, 4, 5]

let openTransport: OpenTransport
let cluster: KafkaCluster
let transport: Transport

/** Registers the tests of a client on three brokers. */
export function describeBrokers(open: OpenTransport): void {
  openTransport = open
  beforeAll(async () => {
    cluster = await startKafkaCluster()
    transport = await openTransport({ brokers: cluster.brokers })
  }, 180_000)

  afterAll(async () => {
    await transport?.close()
    await cluster?.close()
  })

  it('makes topics that every broker knows at once', async () => {
    const topic = await newTopic()
    for (const address of cluster.brokers) {
      const other = await openTransport({ brokers: [address] })
      expect(await other.admin.describeTopics([topic])).toMatchObject([
        { name: topic, partitions: 6, replicationFactor: 3 },
      ])
      await other.close()
    }
  })

  it('loses nothing and keeps its membership when the broker is killed that leads and coordinates', {
    timeout: 120_000,
  }, async () => {
    const topic = await newTopic()
    const listener = recordingListener()
    const receiver = transport.receiver({ groupId: randomName(), topics: [topic] })
    await receiver.start(listener)
    let killed = false
    const sent = partitions.map((partition) => appendUntil(topic, partition, () => killed))
    await listener.until('messages of every partition', () => listener.batches.length >= 12)
    const [{ leader } = {}] = await cluster.partitions('__consumer_offsets')
    const node = cluster.nodes.find(({ id }) => id === leader)
    await node?.kill()
    // Each acknowledges one more than before, which takes a new leader.
    await Promise.all(partitions.map((partition) => append(batchOf(topic, partition, 'after'))))
    killed = true
    const values = (await Promise.all(sent)).flat()
    await listener.until('all messages', () => values.every((value) => listener.values.includes(value)), 60_000)
    // Where another broker takes long to coordinate, the member stops what it does until it hears that it is still one.
    const count = (call: string): number => listener.heard.filter((heard) => heard === call).length
    await listener.until('the member to go on', () => count('thaw') === count('suspend'), 60_000)
    const ofMembership = listener.heard.filter((heard) => !['batch', 'suspend', 'thaw'].includes(heard))
    expect(ofMembership).toEqual(['assigned'])
    await receiver.commit(partitions.map((partition) => ({ topic, partition, offset: 1, metadata: '' })))
    await receiver.stop({ timeoutMs: 5_000 })
  })
}

async function newTopic(): Promise<string> {
  const name = `house-helper.${randomName()}`
  await transport.admin.createTopics([{ name, partitions: partitions.length, replicationFactor: 3, config: {} }])
  return name
}

function batchOf(topic: string, partition: number, value: string): OutgoingBatch {
  return { topic, partition, messages: [{ key: null, value: Buffer.from(value) }] }
}

async function appendUntil(topic: string, partition: number, isOver: () => boolean): Promise<string[]> {
  const values: string[] = []
  for (let count = 0; !isOver(); count++) {
    const value = `${partition}-${count}`
    await append(batchOf(topic, partition, value))
    values.push(value)
  }
  return values
}

/** Appends as a batcher does: again until it is acknowledged. */
async function append(batch: OutgoingBatch): Promise<void> {
  await untilDeadline((timeoutMs) => transport.sender.append(batch, { timeoutMs }), 60_000)
}
