import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Transport } from '@house-helper/events-core'
import { kafkaTool } from '@house-helper/local-stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanUp, type OpenTransport, randomName, realSettings } from './real-kafka.ts'

const RECORDS = 500

/** Registers the tests of reading what Kafka's own Java client has written, compressed. */
export function describeJavaProducer(open: OpenTransport): void {
  const topics: string[] = []
  let transport: Transport

  beforeAll(async () => {
    transport = await open(realSettings())
  })
  afterAll(async () => {
    await transport?.close()
    await cleanUp(topics)
  })

  async function written(codec: string): Promise<string> {
    const topic = `house-helper.${randomName()}`
    topics.push(topic)
    await transport.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
    await produce(topic, codec)
    return topic
  }

  describe('what the Java client has written', { timeout: 120_000 }, () => {
    it.each(['gzip', 'zstd'])('with %s is read', async (codec) => {
      const topic = await written(codec)
      const sizes: (number | undefined)[] = []
      while (sizes.length < RECORDS) {
        const messages = await transport.read({ topic, partition: 0, offset: sizes.length })
        expect(messages[0]?.offset).toBe(sizes.length)
        sizes.push(...messages.map(({ value }) => value?.length))
      }
      expect(sizes).toEqual(Array.from({ length: RECORDS }, () => 100))
    })

    it('with lz4 is refused with the remedy', async () => {
      const topic = await written('lz4')
      await expect(transport.read({ topic, partition: 0, offset: 0 })).rejects.toMatchObject({
        code: 'COMPRESSION_UNSUPPORTED',
        message: expect.stringMatching(`${topic}/0.*lz4.*compression.type`),
      })
    })
  })
}

async function produce(topic: string, codec: string): Promise<void> {
  const { command, args } = await kafkaTool('org.apache.kafka.tools.ProducerPerformance')
  const brokers = realSettings().brokers?.join(',')
  const record = ['--topic', topic, '--num-records', String(RECORDS), '--record-size', '100', '--throughput', '-1']
  const props = [`bootstrap.servers=${brokers}`, `compression.type=${codec}`, 'acks=all', 'linger.ms=50']
  await promisify(execFile)(command, [...args, ...record, '--producer-props', ...props])
}
