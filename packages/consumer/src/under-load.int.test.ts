import { randomBytes } from 'node:crypto'
import { type OutgoingMessage, type Transport, topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { chores } from '../test/domain.ts'
import { createGroupTopics, createTopic, type GroupTopics, message } from '../test/household.ts'
import { defineHandlers, type Handlers } from './handlers.ts'
import { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'

const WAIT_MS = 60_000

const brokers = brokersFromEnv()
const topicPrefix = `t${randomBytes(6).toString('hex')}`
const topic = topicNames(topicPrefix).domain('chores')
const groups: { readonly groupId: string; readonly topics: GroupTopics }[] = []

let transport: Transport
let groupId: string
let subscribers: Subscriber[]

beforeAll(async () => {
  transport = createKafkaTransport({ brokers, topicPrefix })
  await createTopic(transport, 'chores')
})

afterAll(async () => {
  await transport?.close()
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const own = groups.flatMap(({ topics }) => [topics.inbox, topics.dead])
  await admin.deleteTopics({ topics: [topic, ...own] })
  await admin.deleteGroups(groups.map((group) => group.groupId))
  await admin.disconnect()
})

beforeEach(async () => {
  groupId = `${topicPrefix}-${groups.length}`
  groups.push({ groupId, topics: await createGroupTopics(transport, groupId) })
  subscribers = []
})

afterEach(async () => {
  await Promise.all(subscribers.map((one) => one.close()))
})

function brokersFromEnv(): string[] {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS.split(',')
  throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
}

function subscriber(
  handle: Handlers<typeof chores>['chore.started'],
  options: Partial<SubscriberOptions> = {},
): Subscriber {
  const on = [defineHandlers(chores, { 'chore.started': handle })]
  const made = createSubscriber({ groupId, brokers, topicPrefix, on, ...options })
  subscribers.push(made)
  return made
}

async function append(messages: readonly OutgoingMessage[]): Promise<void> {
  await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 30_000 })
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

describe('a subscriber with bad events on its partition', () => {
  it('handles those of healthy keys at once, whatever the bad ones wait for', { timeout: 2 * WAIT_MS }, async () => {
    const rounds = 100
    const perRound = 10
    let handled = 0
    const one = subscriber(({ householdId, data }) => {
      if (data.note === 'poison') throw new Error('no')
      if (householdId.startsWith('healthy')) handled += 1
    })
    await one.start()
    const timesMs: number[] = []
    for (const round of range(0, rounds)) {
      const healthy = range(0, perRound).map((n) => message({ householdId: `healthy-${n}`, data: { step: round } }))
      const sick = { householdId: `sick-${round % 20}`, data: { step: round, note: 'poison' } }
      // One in a hundred, as of ten rounds.
      const bad = round % 10 === 0 ? [message(sick)] : []
      const startMs = performance.now()
      await append([...bad, ...healthy])
      await until('the round is handled', () => handled === (round + 1) * perRound, WAIT_MS)
      timesMs.push(performance.now() - startMs)
    }
    // A bad event takes 3 s of attempts; raw kafkajs keeps all others waiting for it.
    expect(one.stats().retried).toBeGreaterThan(0)
    timesMs.sort((a, b) => a - b)
    expect(timesMs[Math.floor(rounds * 0.95)]).toBeLessThan(1_000)
  })
})

describe('a subscriber that is closed under load with a handler that never settles', () => {
  it('ends in time, and the next one handles that event and all others', { timeout: 2 * WAIT_MS }, async () => {
    const label = 'load'
    const seen = new Set<string>()
    const see = ({ householdId, data }: { householdId: string; data: { step: number } }): void => {
      // The topic has the events of the test before, too.
      if (householdId.startsWith(label)) seen.add(`${householdId} ${data.step}`)
    }
    let stuck = false
    const first = subscriber(
      async (event) => {
        if (event.data.note === 'stuck') {
          stuck = true
          await new Promise<never>(() => {})
        }
        await new Promise(setImmediate)
        see(event)
      },
      { closeTimeoutMs: 2_000 },
    )
    await first.start()
    let published = 0
    let loading = true
    const load = (async () => {
      for (; loading; published += 1) {
        await append(range(0, 20).map((n) => message({ householdId: `${label}-${n}`, data: { step: published } })))
      }
    })()
    await append([message({ householdId: `${label}-stuck`, data: { step: 0, note: 'stuck' } })])
    await until('its handler is stuck', () => stuck, WAIT_MS)
    const startMs = performance.now()
    await first.close()
    expect(performance.now() - startMs).toBeLessThan(3_000)
    loading = false
    await load
    const next = subscriber(see)
    await next.start()
    await until('all are handled', () => seen.size === published * 20 + 1, WAIT_MS)
    expect(seen.has(`${label}-stuck 0`)).toBe(true)
  })
})
