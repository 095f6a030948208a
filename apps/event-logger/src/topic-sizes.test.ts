import { expect, it } from 'vitest'
import { brokerSettings } from './broker-settings.ts'
import { largestReplicas } from './topic-sizes.ts'

const partition = (partitionIndex: number, size: number, isFutureKey = false) => ({
  partitionIndex,
  partitionSize: BigInt(size),
  offsetLag: 0n,
  isFutureKey,
})
const folder = (name: string, partitions: ReturnType<typeof partition>[]) => ({
  logDir: '/data',
  totalBytes: 0n,
  usableBytes: 0n,
  topics: [{ name, partitions }],
})

it('takes the largest replica of each partition, and no copy that is still being made', () => {
  const brokers = [
    { broker: 1, throttleTimeMs: 0, results: [folder('t', [partition(0, 10), partition(1, 7)])] },
    {
      broker: 2,
      throttleTimeMs: 0,
      results: [folder('t', [partition(0, 12), partition(1, 99, true)]), folder('u', [partition(0, 0)])],
    },
  ]
  expect(largestReplicas(brokers)).toEqual([
    { topic: 't', partition: 0, bytes: 12 },
    { topic: 't', partition: 1, bytes: 7 },
    { topic: 'u', partition: 0, bytes: 0 },
  ])
})

it('connects with the same TLS and SASL settings as everything else', () => {
  const settings = {
    kafkaClient: 'kafkajs',
    clientId: 'c',
    topicPrefix: 'p',
    partitioner: 'murmur2',
    compression: 'none',
  } as const
  expect(brokerSettings({ ...settings, brokers: ['a:1'] })).toEqual({ bootstrapBrokers: ['a:1'] })
  const ssl = { ca: 'CA', cert: 'CERT', key: 'KEY' }
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const
  expect(brokerSettings({ ...settings, brokers: ['a:1', 'b:2'], ssl, sasl })).toEqual({
    bootstrapBrokers: ['a:1', 'b:2'],
    tls: ssl,
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' },
  })
})
