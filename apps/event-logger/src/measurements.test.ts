import { silentLogger } from '@house-helper/events-core'
import { createMemoryTransport, type MemoryTransport } from '@house-helper/transport-memory'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMeasurements, type Measurements, type MeasurementsOptions } from './measurements.ts'
import type { TopicSizes } from './topic-sizes.ts'

const topic = 'house-helper.tasks'
const deadline = { timeout: 5_000, interval: 5 }

let transport: MemoryTransport
let measurements: Measurements | undefined
let warnings: string[]
let news: string[]

beforeEach(async () => {
  transport = createMemoryTransport()
  warnings = []
  news = []
  const spec = { partitions: 2, replicationFactor: 1, config: {} }
  await transport.admin.createTopics([
    { ...spec, name: topic },
    { ...spec, name: 'house-helper.dead.g' },
    { ...spec, name: 'somebody.elses' },
  ])
})
afterEach(async () => {
  measurements?.close()
  await transport.close()
})

function measure(options: Partial<MeasurementsOptions> = {}): Measurements {
  const logger = {
    ...silentLogger,
    warn: (_: object, message: string) => void warnings.push(message),
    info: (_: object, message: string) => void news.push(message),
  }
  measurements = createMeasurements({
    transport,
    groupId: 'g',
    topicSizes: undefined,
    lagIntervalMs: 5,
    sizeIntervalMs: 5,
    logger,
    ...options,
  })
  return measurements
}

const message = { key: null, value: Buffer.from('x'), timestampMs: Date.now() - 60_000 }

it('measures the lag of domain topics only, although nothing consumes', async () => {
  await transport.sender.append({ topic, partition: 1, messages: [message, message] }, { timeoutMs: 1_000 })
  const measured = measure()
  await vi.waitUntil(() => measured.lag().length > 0, deadline)
  expect(measured.lag()).toEqual([
    { topic, partition: 0, messages: 0, seconds: 0, end: 0 },
    { topic, partition: 1, messages: 2, seconds: expect.closeTo(60, -1), end: 2 },
  ])
  expect(measured.kafkaProblem()).toBeUndefined()
  expect(measured.ends()).toEqual({
    measuredAt: expect.any(Date),
    ends: [
      { topic, partition: 0, high: 0 },
      { topic, partition: 1, high: 2 },
    ],
  })
})

it('finds topics that come later', async () => {
  const measured = measure()
  await vi.waitUntil(() => measured.lag().length === 2, deadline)
  await transport.admin.createTopics([{ name: 'house-helper.pets', partitions: 1, replicationFactor: 1, config: {} }])
  await vi.waitUntil(() => measured.lag().length === 3, deadline)
})

it('shows no figure rather than an old one while Kafka cannot be asked, and says so once', async () => {
  let away = false
  const admin = {
    ...transport.admin,
    ranges: (topics: readonly string[]) => {
      if (away) throw new Error('No broker answers.')
      return transport.admin.ranges(topics)
    },
  }
  const measured = measure({ transport: { ...transport, admin } })
  await vi.waitUntil(() => measured.lag().length === 2, deadline)
  away = true
  await vi.waitUntil(() => measured.kafkaProblem() === 'No broker answers.', deadline)
  expect(measured.lag()).toEqual([])
  away = false
  await vi.waitUntil(() => measured.lag().length === 2, deadline)
  expect(measured.kafkaProblem()).toBeUndefined()
  expect(warnings).toEqual(['Cannot measure consumer lag; its metrics are absent until it works again.'])
  expect(news).toEqual(['Measuring consumer lag works again.'])
})

it('asks for the sizes of every partition of the domain topics', async () => {
  const sizes = [{ topic, partition: 0, bytes: 5 }]
  const asked = vi.fn<TopicSizes['measure']>(async () => sizes)
  const measured = measure({ topicSizes: { measure: asked, close: async () => {} } })
  await vi.waitUntil(() => measured.sizes().length > 0, deadline)
  expect(measured.sizes()).toEqual(sizes)
  expect(asked.mock.calls[0]?.[0]).toMatchObject([{ name: topic, partitions: 2 }])
})

it('goes on measuring lag where sizes may not be asked for, and says why there are none', async () => {
  const refused = async (): Promise<never> => {
    throw new Error('Cluster authorization failed.')
  }
  const measured = measure({ topicSizes: { measure: refused, close: async () => {} } })
  await vi.waitUntil(() => measured.lag().length === 2 && warnings.length > 0, deadline)
  expect(measured.sizes()).toEqual([])
  expect(measured.kafkaProblem()).toBeUndefined()
  expect(warnings).toEqual(['Cannot measure topic sizes; its metrics are absent until it works again.'])
})
