import type { Logger, OutgoingBatch, Transport } from '@house-helper/events-core'
import { freePorts, type KafkaServer, startKafka } from '@house-helper/local-stack'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CuttingProxy, cuttingProxy, type Fate } from './cutting-proxy.ts'
import { type OpenTransport, randomName } from './real-kafka.ts'
import { recordingListener } from './recording-listener.ts'

const PRODUCE = 0
const HEARTBEAT = 12

let openTransport: OpenTransport
let server: KafkaServer
let proxy: CuttingProxy
let direct: Transport
let proxied: Transport

/** Registers the tests of a client whose connections are cut, go silent or fail. */
export function describeFaults(open: OpenTransport): void {
  openTransport = open
  beforeAll(async () => {
    const { proxy: port } = await freePorts(['proxy'])
    server = await startKafka({ advertisedPort: port, properties: { 'group.min.session.timeout.ms': '500' } })
    proxy = await cuttingProxy(port, server.proxiedPort ?? 0)
    direct = await openTransport({ brokers: [...server.brokers] })
    proxied = await openTransport({ brokers: [`127.0.0.1:${port}`] })
  }, 120_000)

  beforeEach(() => {
    proxy.decide = () => 'pass'
    proxy.isSilent = false
  })

  afterAll(async () => {
    await Promise.all([direct, proxied].map((transport) => transport?.close()))
    await proxy?.close()
    await server?.close()
  })

  describe('a sender whose connections are cut', () => {
    it.each<Fate>(['lose-answer', 'lose-request'])(
      'loses, doubles and mixes up nothing when batches are sent again (%s)',
      async (fate) => {
        const topic = await newTopic(4)
        proxy.decide = every(7, fate)
        const before = proxy.cuts
        const sent = await Promise.all([0, 1, 2, 3].map((partition) => appendAll(topic, partition, 60)))
        expect(proxy.cuts - before).toBeGreaterThanOrEqual(30)
        const stored = await Promise.all([0, 1, 2, 3].map((partition) => storedIn(topic, partition)))
        expect(stored).toEqual(sent)
      },
    )

    it('writes the next batch where the one before was rejected and given up', async () => {
      const topic = await newTopic(1)
      proxy.decide = every(2, 'lose-answer')
      const batches = Array.from({ length: 20 }, (_, index) => batchOf(topic, 0, [`batch ${index}`]))
      const acknowledged: string[] = []
      for (const batch of batches) {
        const done = await proxied.sender.append(batch, { timeoutMs: 10_000 }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'UNREACHABLE', outcome: 'unknown', canRetry: true })
        })
        if (done) acknowledged.push(textOf(batch))
      }
      expect(acknowledged).toHaveLength(10)
      // Every batch got through to the broker, so each is there once, those without an answer included.
      expect(await storedIn(topic, 0)).toEqual(batches.map(textOf))
    })

    it('says that a batch was not sent where its request was never written', async () => {
      const topic = await newTopic(1)
      proxy.isSilent = true
      const append = proxied.sender.append(batchOf(topic, 0, ['held']), { timeoutMs: 300 })
      await expect(append).rejects.toMatchObject({ outcome: 'not-sent', canRetry: true })
      proxy.isSilent = false
      await proxied.sender.append(batchOf(topic, 0, ['through']), { timeoutMs: 10_000 })
      expect(await storedIn(topic, 0)).toEqual(['through'])
    })

    it('says TIMEOUT and unknown where a broker that was reached goes silent, and goes on over a new connection', async () => {
      const topic = await newTopic(1)
      await proxied.sender.append(batchOf(topic, 0, ['first']), { timeoutMs: 10_000 })
      proxy.isSilent = true
      const batch = batchOf(topic, 0, ['second'])
      const late = proxied.sender.append(batch, { timeoutMs: 300 })
      await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown', canRetry: true })
      proxy.isSilent = false
      await proxied.sender.append(batch, { timeoutMs: 10_000 })
      expect(await storedIn(topic, 0)).toEqual(['first', 'second'])
    })
  })

  describe('a receiver whose connections fail', () => {
    it('reads on without a loss when its connections are cut', async () => {
      const topic = await newTopic(2)
      const listener = recordingListener()
      const receiver = proxied.receiver({ groupId: randomName(), topics: [topic] })
      await receiver.start(listener)
      const fetchOrHeartbeat = new Set([1, HEARTBEAT])
      let seen = 0
      proxy.decide = (apiKey) => (fetchOrHeartbeat.has(apiKey) && ++seen % 5 === 0 ? 'lose-answer' : 'pass')
      for (let index = 0; index < 40; index++) {
        await direct.sender.append(batchOf(topic, index % 2, [String(index)]), { timeoutMs: 10_000 })
      }
      await listener.until('all messages', () => new Set(listener.values).size === 40)
      expect(listener.errors).toEqual([])
      await receiver.stop({ timeoutMs: 5_000 })
    })

    it('suspends when heartbeats stay away, gives up its partitions, and comes back', async () => {
      const topic = await newTopic(1)
      const listener = recordingListener()
      const receiver = proxied.receiver({ groupId: randomName(), topics: [topic], sessionTimeoutMs: 1_000 })
      await receiver.start(listener)
      proxy.isSilent = true
      await listener.until('suspend', () => listener.heard.includes('suspend'))
      await listener.until('lost', () => listener.heard.includes('lost'))
      proxy.isSilent = false
      await direct.sender.append(batchOf(topic, 0, ['later']), { timeoutMs: 10_000 })
      await listener.until('message', () => listener.values.includes('later'), 60_000)
      expect(listener.heard.slice(0, 4)).toEqual(['assigned', 'suspend', 'lost', 'assigned'])
      await receiver.stop({ timeoutMs: 5_000 })
    })

    it('stops within its deadline while brokers are silent', async () => {
      const topic = await newTopic(1)
      const receiver = proxied.receiver({ groupId: randomName(), topics: [topic] })
      await receiver.start(recordingListener())
      proxy.isSilent = true
      const before = performance.now()
      await receiver.stop({ timeoutMs: 1_000 })
      expect(performance.now() - before).toBeLessThan(5_000)
    })
  })

  describe('a broker that is away', () => {
    it('is logged once, and once more when it is back, however often it was tried', async () => {
      const { away: port } = await freePorts(['away'])
      const told: string[] = []
      const tried = Promise.withResolvers<void>()
      let failures = 0
      const debug: Logger['debug'] = (_, message) => {
        if (message.includes('ECONNREFUSED') && ++failures === 5) tried.resolve()
      }
      const tell: Logger['info'] = (_, message) => void told.push(message)
      const late = await openTransport(
        { brokers: [`127.0.0.1:${port}`] },
        { logger: { debug, info: tell, warn: tell, error: tell } },
      )
      const clusterId = late.admin.clusterId()
      await tried.promise
      expect(told).toEqual([expect.stringContaining(`127.0.0.1:${port} can't be reached`)])
      const back = await cuttingProxy(port, server.proxiedPort ?? 0)
      expect(await clusterId).toBe(await direct.admin.clusterId())
      expect(told.slice(1)).toEqual([expect.stringContaining(`127.0.0.1:${port} answers again`)])
      await late.close()
      await back.close()
    })
  })
}

function every(count: number, fate: Fate): (apiKey: number) => Fate {
  let seen = 0
  return (apiKey) => (apiKey === PRODUCE && ++seen % count === 0 ? fate : 'pass')
}

async function newTopic(partitions: number): Promise<string> {
  const name = `house-helper.${randomName()}`
  await direct.admin.createTopics([{ name, partitions, replicationFactor: 1, config: {} }])
  return name
}

function batchOf(topic: string, partition: number, values: readonly string[]): OutgoingBatch {
  return { topic, partition, messages: values.map((value) => ({ key: null, value: Buffer.from(value) })) }
}

function textOf(batch: OutgoingBatch): string {
  return Buffer.from(batch.messages[0]?.value ?? []).toString()
}

/** Appends batches in their order, each one again until it is acknowledged, as a batcher does. */
async function appendAll(topic: string, partition: number, count: number): Promise<string[]> {
  const values = Array.from({ length: count * 3 }, (_, index) => `${partition}-${index}`)
  for (let from = 0; from < values.length; from += 3) {
    const batch = batchOf(topic, partition, values.slice(from, from + 3))
    let done = false
    while (!done) {
      done = await proxied.sender.append(batch, { timeoutMs: 10_000 }).then(
        () => true,
        (error: { canRetry: boolean }) => {
          if (!error.canRetry) throw error
          return false
        },
      )
    }
  }
  return values
}

async function storedIn(topic: string, partition: number): Promise<string[]> {
  const values: string[] = []
  for (let offset = 0; ; ) {
    const messages = await direct.read({ topic, partition, offset })
    if (messages.length === 0) return values
    values.push(...messages.map(({ value }) => Buffer.from(value ?? []).toString()))
    offset = (messages.at(-1)?.offset ?? 0) + 1
  }
}
