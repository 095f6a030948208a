import type { Transport } from '@house-helper/events-core'
import { defaultSettings } from '@house-helper/transport-kafka'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it } from 'vitest'
import { createLateTransport } from './late-transport.ts'

const settings = { ...defaultSettings, kafkaClient: 'platformatic', topicPrefix: 'staging' } as const
const topic = 'staging.tasks'
const spec = { name: topic, partitions: 1, replicationFactor: 1, config: {} }

describe('a transport whose client is still being loaded', () => {
  it('does what was asked of it meanwhile once the client is there', async () => {
    const { promise, resolve } = Promise.withResolvers<Transport>()
    const late = createLateTransport(settings, () => promise)
    expect(late).toMatchObject({ name: 'platformatic', topicPrefix: 'staging' })
    const created = late.admin.createTopics([spec])
    resolve(createMemoryTransport())
    expect(await created).toEqual([topic])
    const messages = [{ key: null, value: Buffer.from('a') }]
    expect(await late.sender.append({ topic, partition: 0, messages }, { timeoutMs: 1_000 })).toEqual({ baseOffset: 0 })
    expect(await late.read({ topic, partition: 0, offset: 0 })).toHaveLength(1)
    await late.close()
    expect(() => late.receiver({ groupId: 'g', topics: [topic] })).toThrowError(/closed/)
  })

  it('rejects everything with the reason where it cannot be loaded, and closes all the same', async () => {
    const late = createLateTransport(settings, () => Promise.reject(new Error('npm install it')))
    await expect(late.admin.clusterId()).rejects.toThrow('npm install it')
    const receiver = late.receiver({ groupId: 'g', topics: [topic] })
    await expect(receiver.commit([])).rejects.toThrow('npm install it')
    await receiver.stop({ timeoutMs: 1_000 })
    await late.close()
  })
})
