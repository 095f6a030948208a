import { randomBytes } from 'node:crypto'
import { type Transport, topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { chores } from '../test/domain.ts'
import { createTopic, message, publish } from '../test/household.ts'
import { defineHandlers, type Handlers } from './handlers.ts'
import { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'

const PARTITIONS = 6
const WAIT_MS = 60_000

const brokers = brokersFromEnv()
const topicPrefix = `t${randomBytes(6).toString('hex')}`
const topic = topicNames(topicPrefix).domain('chores')
const groupIds: string[] = []

let transport: Transport
let groupId: string
let subscribers: Subscriber[]

beforeAll(async () => {
  transport = createKafkaTransport({ brokers, topicPrefix })
  await createTopic(transport, 'chores', PARTITIONS)
})

afterAll(async () => {
  await transport?.close()
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  const known = new Set((await admin.listGroups()).groups.map((group) => group.groupId))
  await admin.deleteGroups(groupIds.filter((id) => known.has(id)))
  await admin.disconnect()
})

beforeEach(() => {
  groupId = `${topicPrefix}-${groupIds.length}`
  groupIds.push(groupId)
  subscribers = []
})

afterEach(async () => {
  await Promise.all(subscribers.map((one) => one.close()))
})

function brokersFromEnv(): string[] {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS.split(',')
  throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
}

/** A subscriber with connection settings of its own, as a service has. */
function subscriber(handlers: Handlers<typeof chores>, options: Partial<SubscriberOptions> = {}): Subscriber {
  const on = [defineHandlers(chores, handlers)]
  const quick = { commitIntervalMs: 200, deadLetters: false }
  const made = createSubscriber({ groupId, brokers, topicPrefix, on, ...quick, ...options })
  subscribers.push(made)
  return made
}

/** Publishes steps of some households under one label, so that each test knows its own events. */
async function publishSteps(label: string, households: number, steps: readonly number[]): Promise<void> {
  const messages = steps.flatMap((step) =>
    Array.from({ length: households }, (_, n) =>
      message({ householdId: `${label}-${n}`, data: { step }, id: `${label}-${n}-${step}` }),
    ),
  )
  await publish(transport, topic, messages, PARTITIONS)
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

describe('a subscriber on Kafka', () => {
  it('handles what is published, commits, and goes on from there after a restart', { timeout: WAIT_MS }, async () => {
    const handled: string[] = []
    const handle: Handlers<typeof chores>['chore.started'] = async ({ id, householdId }) => {
      if (householdId.startsWith('restart')) handled.push(id)
    }
    await publishSteps('restart', 10, range(0, 50))
    const one = subscriber({ 'chore.started': handle })
    await one.start()
    await until('all are handled', () => handled.length === 500, WAIT_MS)
    await one.close()
    await one.closed
    await publishSteps('restart', 10, range(50, 60))
    const two = subscriber({ 'chore.started': handle })
    await two.start()
    await until('the later ones are handled', () => handled.length >= 600, WAIT_MS)
    expect(new Set(handled).size).toBe(600)
    expect(handled.length).toBe(600)
    expect(two.stats()).toMatchObject({ received: 100, commitFailures: 0 })
    expect(one.stats().commitFailures).toBe(0)
    expect(two.health()).toEqual({ status: 'up', reasons: [] })
  })

  it('holds only the key of a poison, and repeats nothing else after a restart', { timeout: WAIT_MS }, async () => {
    const handled: string[] = []
    let cured = false
    const handle: Handlers<typeof chores>['chore.started'] = ({ id, householdId }) => {
      if (!householdId.startsWith('poison')) return
      if (householdId === 'poison-0' && !cured) throw new Error('no')
      handled.push(id)
    }
    await publishSteps('poison', 20, range(0, 10))
    const retry = { attempts: 2, baseMs: 1 }
    const one = subscriber({ 'chore.started': handle }, { retry })
    await one.start()
    await until('all other keys are through', () => handled.length === 190 && one.stats().held === 1, WAIT_MS)
    expect(one.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'EVENT_HELD' }] })
    await one.close()
    cured = true
    const two = subscriber({ 'chore.started': handle }, { retry })
    await two.start()
    await until('the key goes on', () => handled.length === 200, WAIT_MS)
    expect(new Set(handled).size).toBe(200)
    expect(handled.slice(190)).toEqual(range(0, 10).map((step) => `poison-0-${step}`))
  })

  it('has one member handle an event for longer than its session lasts', { timeout: WAIT_MS }, async () => {
    const sessionTimeoutMs = 6000
    const attempts: string[] = []
    let ended = 0
    const handle: Handlers<typeof chores>['chore.started'] = async ({ householdId }, { signal }) => {
      if (!householdId.startsWith('long')) return
      attempts.push(householdId)
      const endMs = performance.now() + sessionTimeoutMs * 1.5
      await until('a session and a half are over', () => signal.aborted || performance.now() > endMs, WAIT_MS)
      ended += 1
    }
    const members = [0, 1].map(() => subscriber({ 'chore.started': handle }, { sessionTimeoutMs }))
    for (const member of members) await member.start()
    await publishSteps('long', 1, [0])
    await until('it is handled', () => members.some((member) => member.stats().handled > 0) && ended > 0, WAIT_MS)
    expect(attempts).toEqual(['long-0'])
    expect(members.map((member) => member.health().status)).toEqual(['up', 'up'])
  })

  it('loses nothing and keeps order while three members restart one by one', { timeout: 3 * WAIT_MS }, async () => {
    const seen = new Map<string, Set<number>>()
    const tooEarly: string[] = []
    let repeats = 0
    const handle: Handlers<typeof chores>['chore.started'] = async ({ householdId, data }, { signal }) => {
      if (!householdId.startsWith('rolling')) return
      await new Promise(setImmediate)
      signal.throwIfAborted()
      const steps = seen.get(householdId) ?? new Set()
      seen.set(householdId, steps)
      if (data.step > 0 && !steps.has(data.step - 1)) tooEarly.push(`${householdId} ${data.step}`)
      if (steps.has(data.step)) repeats += 1
      steps.add(data.step)
    }
    const members = [0, 1, 2].map(() => subscriber({ 'chore.started': handle }))
    await Promise.all(members.map((member) => member.start()))
    let published = 0
    let restarting = true
    const publishing = (async () => {
      for (; restarting; published += 5) await publishSteps('rolling', 40, range(published, published + 5))
    })()
    for (const member of members) {
      await member.close()
      const successor = subscriber({ 'chore.started': handle })
      await successor.start()
      await until('the successor works', () => successor.stats().handled > 0, WAIT_MS)
    }
    restarting = false
    await publishing
    const complete = () => [...seen.values()].every(({ size }) => size === published)
    await until('every event is handled', () => seen.size === 40 && complete(), WAIT_MS)
    expect(tooEarly).toEqual([])
    // Partitions move with what is done; only what was running at that moment comes again.
    expect(repeats).toBeLessThan(published * 40 * 0.05)
  })

  it('names the missing topics and the command that creates them', { timeout: WAIT_MS }, async () => {
    const lost = createSubscriber({
      groupId,
      brokers,
      topicPrefix: `${topicPrefix}x`,
      on: [defineHandlers(chores, { 'chore.started': () => {} })],
    })
    await expect(lost.start()).rejects.toMatchObject({
      code: 'TOPICS_MISSING',
      message: expect.stringContaining('hh-events topics apply'),
    })
  })
})
