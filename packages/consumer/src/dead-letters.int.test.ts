import { randomBytes } from 'node:crypto'
import { type OutgoingMessage, type Transport, topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { chores } from '../test/domain.ts'
import { createGroupTopics, createTopic, type GroupTopics, message, readDeadLetters } from '../test/household.ts'
import { seeded } from '../test/seeded.ts'
import { defineHandlers, type Handlers } from './handlers.ts'
import { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'

const WAIT_MS = 60_000
const EVENTS = 5000
const KEYS = 200
/** One in a hundred is bad. */
const POISONS = EVENTS / 100

const brokers = brokersFromEnv()

// Topics of their own for each test: a name that is made anew would be taken for a truncated one.
let topicPrefix: string
let topic: string
let groupId: string
let transport: Transport
let topics: GroupTopics
let subscribers: Subscriber[]

beforeEach(async () => {
  topicPrefix = `t${randomBytes(6).toString('hex')}`
  topic = topicNames(topicPrefix).domain('chores')
  groupId = `${topicPrefix}-group`
  transport = createKafkaTransport({ brokers, topicPrefix })
  await createTopic(transport, 'chores')
  topics = await createGroupTopics(transport, groupId, 3)
  subscribers = []
})

afterEach(async () => {
  await Promise.all(subscribers.map((one) => one.close()))
  await transport.close()
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, topics.inbox, topics.dead] })
  await admin.deleteGroups([groupId])
  await admin.disconnect()
})

function brokersFromEnv(): string[] {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS.split(',')
  throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
}

function subscriber(handle: Handlers<typeof chores>['chore.started'], options: Partial<SubscriberOptions>): Subscriber {
  const on = [defineHandlers(chores, { 'chore.started': handle })]
  const made = createSubscriber({ groupId, brokers, topicPrefix, on, commitIntervalMs: 200, ...options })
  subscribers.push(made)
  return made
}

async function append(messages: readonly OutgoingMessage[]): Promise<void> {
  await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 30_000 })
}

/** Events of all keys on one partition, one in a hundred of them bad in one of three ways. */
function mixture(seed: number): { readonly all: readonly OutgoingMessage[]; readonly bad: ReadonlySet<number> } {
  const random = seeded(seed)
  const bad = new Set<number>()
  while (bad.size < POISONS) bad.add(Math.floor(random() * EVENTS))
  const all = Array.from({ length: EVENTS }, (_, n) => {
    const householdId = `household-${n % KEYS}`
    if (!bad.has(n)) return message({ householdId, data: { step: n } })
    const ways = [{ data: { step: n, note: 'poison' } }, { data: { step: 'one' } }, { version: '2.0' }]
    const headers = [['n', Buffer.from(`${n}`)]] as const
    return { ...message({ householdId, ...ways[n % 3] }), headers }
  })
  return { all, bad }
}

describe('poison on one partition of Kafka', () => {
  it('becomes dead letters with reason and original bytes, and holds up no other event', {
    timeout: 2 * WAIT_MS,
  }, async () => {
    const seed = Number.parseInt(randomBytes(4).toString('hex'), 16)
    const { all, bad } = mixture(seed)
    const handled: number[] = []
    const one = subscriber(
      async ({ data }) => {
        if (data.note === 'poison') throw new Error(`no luck with ${data.step}`)
        handled.push(data.step)
      },
      { retry: { attempts: 3, baseMs: 10 } },
    )
    await one.start()
    await append(all)
    await until('all is done', () => one.stats().handled + one.stats().deadLettered === EVENTS, WAIT_MS)
    expect(handled.length, `seed ${seed}`).toBe(EVENTS - POISONS)
    expect(new Set(handled).size).toBe(EVENTS - POISONS)
    expect(inOrderPerKey(handled)).toBe(true)
    const letters = await readDeadLetters(transport, topics.dead)
    const codes = ['HANDLER_FAILED', 'CONTRACT_BROKEN', 'VERSION_TOO_NEW']
    const found = letters.map(({ note, original }) => ({
      offset: note.origin.offset,
      code: note.lastFailure.code,
      original,
    }))
    const expected = [...bad].map((offset) => ({
      offset,
      code: codes[offset % 3],
      original: { key: all[offset]?.key, value: all[offset]?.value, headers: all[offset]?.headers },
    }))
    const byOffset = (a: { readonly offset: number }, b: { readonly offset: number }): number => a.offset - b.offset
    expect(found.sort(byOffset)).toEqual(expected.sort(byOffset))
    await until('all is committed', async () => {
      const [position] = await transport.admin.committed(groupId, [topic])
      return position?.offset === EVENTS
    })
  })
})

describe('a later retry on Kafka', () => {
  it('comes again over a restart, and ends as a dead letter', { timeout: 2 * WAIT_MS }, async () => {
    const retry = { attempts: 2, baseMs: 1, later: { delayMs: 300, attempts: 2 } }
    const attempts: string[] = []
    const handle: Handlers<typeof chores>['chore.started'] = (_, { delivery }) => {
      attempts.push(`${delivery.kind} ${delivery.attempt} @${delivery.offset}`)
      throw new Error('no')
    }
    const one = subscriber(handle, { retry })
    await one.start()
    await append([message()])
    await until('it is in the inbox', () => one.stats().postponed === 1, WAIT_MS)
    await one.close()
    const two = subscriber(handle, { retry })
    await two.start()
    await until('its attempts have ended', () => two.stats().deadLettered === 1, WAIT_MS)
    expect(attempts).toEqual(['live 1 @0', 'live 2 @0', 'retry 3 @0', 'retry 4 @0'])
    expect(await readDeadLetters(transport, topics.dead)).toMatchObject([
      { note: { kind: 'retry', attempts: 4, retries: 2, origin: { topic, partition: 0, offset: 0 } } },
    ])
  })
})

describe('a rolling update that switches dead letters on', () => {
  it('loses no event and no delivery of the inbox', { timeout: 2 * WAIT_MS }, async () => {
    const handled = new Set<number>()
    const handle: Handlers<typeof chores>['chore.started'] = ({ data }, { delivery }) => {
      if (data.note === 'poison' && delivery.kind === 'live') throw new Error('no')
      handled.add(data.step)
    }
    const retry = { attempts: 1, later: { delayMs: 1, attempts: 1 } }
    const old = subscriber(handle, { deadLetters: false, retry: { attempts: 1 } })
    await old.start()
    await append(range(0, 100).map((step) => message({ data: { step } })))
    const members = [subscriber(handle, { retry }), subscriber(handle, { retry })]
    for (const member of members) await member.start()
    await append(range(100, 200).map((step) => message({ householdId: `household-${step}`, data: { step } })))
    await old.close()
    const poisons = range(200, 220).map((step) => ({
      householdId: `household-${step}`,
      data: { step, note: 'poison' },
    }))
    await append(poisons.map(message))
    await until('all are handled', () => handled.size === 220, WAIT_MS)
    expect(members.map((member) => member.health().status)).toEqual(['up', 'up'])
  })
})

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

/** Steps rise with the offset; those of a key are `KEYS` apart. */
function inOrderPerKey(steps: readonly number[]): boolean {
  const last = new Map<number, number>()
  return steps.every((step) => {
    const before = last.get(step % KEYS) ?? -1
    last.set(step % KEYS, step)
    return before < step
  })
}
