import { connect } from 'node:net'
import { type FetchedMessage, type Transport, topicNames } from '@house-helper/events-core'
import { openTransport } from '@house-helper/transport-kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokersFromEnv, deleteTopics, randomPrefix } from '../test/kafka-topics.ts'
import { lamps } from '../test/lamps.ts'
import { createPublisher, type Publisher, type PublisherOptions } from './index.ts'

const partitions = [0, 1, 2]
const topicPrefix = randomPrefix()
const topic = topicNames(topicPrefix).domain('lamps')

describe('a publisher on Kafka', () => {
  let opened: ReturnType<typeof openTransport>
  let transport: Transport

  beforeAll(async () => {
    opened = openTransport({ brokers: brokersFromEnv(), topicPrefix })
    transport = opened.transport
    await transport.admin.createTopics([{ name: topic, partitions: 3, replicationFactor: 1, config: {} }])
  })
  afterAll(async () => {
    await opened?.release()
    await deleteTopics(topicPrefix)
  })

  it('writes each event once, where it says, and those of a household in the order of their publishing', async () => {
    const publisher = publisherOf({ transport })
    const callers = Array.from({ length: 100 }, (_, n) => `household-${n}`)
    const published = await Promise.all(callers.map((householdId) => lightTwenty(publisher, householdId)))
    const stats = publisher.stats()
    await publisher.close()
    const messages = new Map<string, FetchedMessage>()
    for (const partition of partitions) {
      for (const message of await readAll(transport, partition)) messages.set(`${partition}/${message.offset}`, message)
    }
    const found = published.map((places) =>
      places.map(({ partition, offset }) => envelopeOf(messages.get(`${partition}/${offset}`))),
    )
    expect(messages.size).toBe(2000)
    expect(found.map((events) => events.map(({ data }) => data.lampId))).toEqual(callers.map(() => twenty))
    expect(found.flat().map(({ id }) => id)).toEqual(published.flat().map(({ id }) => id))
    for (const places of published) expect(isRising(places.map(({ offset }) => offset))).toBe(true)
    expect(stats).toMatchObject({ published: 2000, failed: 0, queuedEvents: 0 })
    expect(stats.batches).toBeLessThan(1000)
  })

  it('rejects only the event that is larger than the topic takes', async () => {
    const publisher = publisherOf({ transport })
    const light = (lampId: string) => publisher.publish('lamp.lit', { lampId }, { householdId: 'household-1' })
    const results = await Promise.allSettled([light('before'), light('x'.repeat(1_200_000)), light('after')])
    await publisher.close()
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE', outcome: 'not-sent' } })
  })

  it('says which command creates a topic that is missing', async () => {
    const publisher = publisherOf({ brokers: brokersFromEnv(), topicPrefix: randomPrefix() })
    const publish = publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1' })
    await expect(publish).rejects.toMatchObject({ code: 'TOPIC_MISSING', outcome: 'not-sent' })
    await expect(publish).rejects.toThrow('hh-events topics apply')
    await publisher.close()
  })

  it('shares the transport of equal settings, and lets go of it when it is closed', async () => {
    const settings = { brokers: brokersFromEnv(), topicPrefix, clientId: 'lamp-service' }
    const shared = openTransport(settings)
    const publisher = publisherOf(settings)
    const place = await publisher.publish('lamp.bought', { lampId: 'lamp-1' }, { userId: 'user-1' })
    expect(place.topic).toBe(topic)
    expect(await publisher.close()).toEqual({ undelivered: [] })
    expect(await shared.transport.admin.clusterId()).toMatch(/./)
    await shared.release()
    await expect(shared.transport.admin.clusterId()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a publisher without a broker', () => {
  it('gives an event up after deliveryTimeoutMs, which was not sent, and closes', async () => {
    const nobody = await unusedAddress()
    const publisher = publisherOf({ brokers: [nobody], deliveryTimeoutMs: 500 })
    const publish = publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1' })
    await expect(publish).rejects.toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'not-sent', canRetry: true })
    expect(await publisher.close()).toEqual({ undelivered: [] })
  })
})

const twenty = Array.from({ length: 20 }, (_, n) => `lamp-${n}`)

function publisherOf(options: Omit<PublisherOptions, 'source'>): Publisher<typeof lamps> {
  return createPublisher(lamps, { source: 'lamp-service', ...options })
}

/** Twenty events of one household: the first ten one after the other, the others at once. */
async function lightTwenty(publisher: Publisher<typeof lamps>, householdId: string) {
  const light = (lampId: string) => publisher.publish('lamp.lit', { lampId }, { householdId })
  const places = []
  for (const lampId of twenty.slice(0, 10)) places.push(await light(lampId))
  return [...places, ...(await Promise.all(twenty.slice(10).map(light)))]
}

async function readAll(transport: Transport, partition: number): Promise<FetchedMessage[]> {
  const all: FetchedMessage[] = []
  for (;;) {
    const offset = (all.at(-1)?.offset ?? -1) + 1
    const messages = await transport.read({ topic, partition, offset })
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

function envelopeOf(message: FetchedMessage | undefined): { id: string; data: { lampId: string } } {
  return JSON.parse(Buffer.from(message?.value ?? []).toString())
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
}

/** Port 1 of this machine, once it has refused a connection. */
async function unusedAddress(): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(1, '127.0.0.1')
    socket.once('error', () => resolve())
    socket.once('connect', () => reject(new Error('Something listens on port 1 of this machine.')))
  })
  return '127.0.0.1:1'
}
