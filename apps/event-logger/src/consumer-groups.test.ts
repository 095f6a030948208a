import { createMemoryTransport } from '@house-helper/transport-memory'
import { afterEach, expect, it } from 'vitest'
import { createConsumerGroups } from './consumer-groups.ts'

const transport = createMemoryTransport()
afterEach(() => transport.close())

it('says how far behind a group is, in messages and in seconds, and looks once for all who ask', async () => {
  const topic = 'house-helper.tasks'
  await transport.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }])
  const agoMs = (seconds: number) => ({ key: null, value: null, timestampMs: Date.now() - seconds * 1_000 })
  const messages = [agoMs(300), agoMs(200), agoMs(100)]
  await transport.sender.append({ topic, partition: 1, messages }, { timeoutMs: 1_000 })
  const receiver = transport.receiver({ groupId: 'points', topics: [topic] })
  await receiver.start({
    ...{ assigned: async () => [], rebalancing: async () => {}, suspend: () => {}, thaw: () => {}, lost: () => {} },
    ...{ batch: () => 0, fatal: () => {} },
  })
  await receiver.commit([{ topic, partition: 1, offset: 1, metadata: '' }])
  const groups = createConsumerGroups({ transport })
  const [one, two] = await Promise.all([groups.look(), groups.look()])
  expect(two).toBe(one)
  expect(one.groups).toMatchObject([
    {
      groupId: 'points',
      partitions: [
        { partition: 0, lag: 0, lagSeconds: 0 },
        { partition: 1, lag: 2 },
      ],
    },
  ])
  const seconds = one.groups[0]?.partitions[1]?.lagSeconds ?? 0
  expect(seconds).toBeGreaterThanOrEqual(200)
  expect(seconds).toBeLessThan(260)
  expect(await groups.look()).not.toBe(one)
})

it('ends at its deadline where Kafka does not answer', async () => {
  const admin = { ...transport.admin, describeTopics: () => new Promise<never>(() => {}) }
  const groups = createConsumerGroups({ transport: { topicPrefix: 'p', admin, read: transport.read }, timeoutMs: 20 })
  await expect(groups.look()).rejects.toMatchObject({ code: 'TIMEOUT' })
})
