import { randomBytes } from 'node:crypto'
import { configFromEnv, createEventLogger, type EventLogger } from '@house-helper/event-logger'
import {
  decodeDelivery,
  type FetchedMessage,
  silentLogger,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import { createSubscriber, onTasks, type Subscriber } from '@house-helper/tasks'
import { mongoOnce, onTasksOnce } from '@house-helper/tasks/mongo'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { domains } from './domains.ts'
import { runInMemory } from './test-world.ts'

const mongodbUri = process.env.MONGODB_URI ?? ''
const name = `dead-${randomBytes(6).toString('hex')}`
const kafkaEnv = { KAFKA_BROKERS: process.env.KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: name }
const names = topicNames(name)
// A group is known by its name alone, whatever the topics' prefix.
const [one, many, once, bystander] = ['one', 'many', 'once', 'bystander'].map((group) => `${group}-${name}`) as [
  string,
  string,
  string,
  string,
]
const groups = [one, many, once, bystander]
const deadline = { timeout: 30_000, interval: 50 }

let client: MongoClient
let transport: Transport
let logger: EventLogger
let subscribers: Subscriber[] = []

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS || !mongodbUri) {
    throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  }
  client = new MongoClient(mongodbUri)
  transport = createKafkaTransport(connectionFromEnv(kafkaEnv))
  const http = { HTTP_PORT: '0', PROBE_PORT: '0', PROBE_HOST: '127.0.0.1' }
  const config = configFromEnv({
    ...kafkaEnv,
    ...http,
    MONGODB_URI: mongodbUri,
    MONGODB_DATABASE: name,
    KAFKA_GROUP_ID: name,
  })
  for (const group of groups) {
    const { exitCode } = await run('topics', 'apply', '--group', group, '--partitions', '2')
    expect(exitCode).toBe(0)
  }
  logger = await createEventLogger(config, { logger: silentLogger, indexIntervalMs: 100, countIntervalMs: 100 })
  await logger.started
}, 60_000)

afterEach(async () => {
  await Promise.all(subscribers.map((one) => one.close()))
  subscribers = []
})

afterAll(async () => {
  await logger?.close()
  const topics = (await transport.admin.describeTopics()).map((topic) => topic.name)
  await transport?.close()
  const admin = new Admin({ clientId: name, bootstrapBrokers: String(process.env.KAFKA_BROKERS).split(',') })
  await admin.deleteTopics({ topics: topics.filter((topic) => topic.startsWith(`${name}.`)) })
  await admin.deleteGroups({ groups: [...groups, name] })
  await admin.close()
  await client?.db(name).dropDatabase()
  await client?.close()
})

/** Runs hh-events against the event logger of this test. */
function run(...argv: string[]) {
  const env = { ...kafkaEnv, NO_COLOR: '1', USER: 'ada', EVENT_LOGGER_URL: logger?.url }
  const openTransport = () => createKafkaTransport(connectionFromEnv(env))
  return runInMemory([...argv, '--timeout', '20s'], { env, domains, openTransport })
}

async function publish(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const data = JSON.stringify({ taskId: id, title: 'Sweep' })
    const { exitCode } = await run('publish', 'task.created', '--id', id, '--household', 'household-1', '--data', data)
    expect(exitCode).toBe(0)
  }
}

const quick = { retry: { attempts: 2, baseMs: 1 }, commitIntervalMs: 50 }

/** A service that handles tasks, by their ids, as it is told. */
async function subscribe(groupId: string, handle: (id: string, kind: string) => void): Promise<void> {
  const on = [onTasks({ 'task.created': async ({ id }, { delivery }) => handle(id, delivery.kind) })]
  const one = createSubscriber({ transport, groupId, on, ...quick })
  subscribers.push(one)
  await one.start()
}

/** Waits until hh-events lists so many dead letters of a group. */
async function listed(group: string, count: number, ...options: string[]) {
  return await vi.waitFor(async () => {
    const { lines } = await run('dead', 'list', '--group', group, ...options)
    expect(lines).toHaveLength(count)
    return lines
  }, deadline)
}

async function messages(topic: string): Promise<FetchedMessage[]> {
  const all = await Promise.all([0, 1].map((partition) => transport.read({ topic, partition, offset: 0 })))
  return all.flat()
}

describe('dead letters, from the handler that fails to the one that is corrected', () => {
  it('are indexed, listed, shown, redriven to the group that gave up, handled, and then said to be redriven', async () => {
    const handled: string[] = []
    const seen: string[] = []
    let isFixed = false
    await subscribe(one, (id, kind) => {
      if (!isFixed) throw new Error('no such task')
      handled.push(`${id} ${kind}`)
    })
    await subscribe(bystander, (id, kind) => void seen.push(`${id} ${kind}`))
    await publish('one-1')

    const [letter] = await listed(one, 1)
    const [counted] = (await run('dead', 'list', '--by-error', '--group', one)).lines
    expect(counted).toMatchObject({ count: 1, type: 'task.created', fingerprint: letter?.fingerprint })
    const id = String(letter?.id)
    const shown = (await run('dead', 'show', id)).lines[0]
    const [original] = (await messages(names.domain('tasks'))).filter(({ value }) => String(value).includes('one-1'))
    expect(shown).toMatchObject({
      ...{ group: one, state: 'open', count: 1, eventId: 'one-1', subject: 'household-1', kind: 'live', attempts: 2 },
      lastFailure: { code: 'HANDLER_FAILED', message: expect.stringContaining('no such task') },
      ...{ key: { text: 'household-1' }, value: { text: String(original?.value) } },
      position: { topic: names.domain('tasks'), offset: original?.offset },
    })

    const standing = async (group: string) => {
      const [why] = (await run('log', 'why', 'one-1')).lines as { deliveries: { group: string }[] }[]
      return why?.deliveries.find((delivery) => delivery.group === group)
    }
    expect(await standing(one)).toMatchObject({ state: 'dead', deadLetter: { id }, handles: true, members: 1 })

    isFixed = true
    expect((await run('dead', 'redrive', id)).lines).toEqual([{ matched: 1, redriven: 1, skipped: [] }])
    await vi.waitFor(() => expect(handled).toEqual(['one-1 redrive']), deadline)
    expect((await run('dead', 'show', id)).lines).toMatchObject([
      { state: 'redriven', changes: [{ to: 'redriven', by: 'ada', redriveId: `${id}-1` }] },
    ])

    await vi.waitFor(
      async () => expect(await standing(one)).toMatchObject({ state: 'redriven', redrivePassed: true }),
      deadline,
    )
    expect(await standing(bystander)).toMatchObject({ state: 'passed', handles: true })
    const again = await run('dead', 'redrive', id)
    expect(again).toMatchObject({ exitCode: 1, lines: [{ matched: 0, redriven: 0 }] })
    const [sent, ...more] = await messages(names.inbox(one))
    expect(more).toEqual([])
    expect(sent && decodeDelivery(sent)).toMatchObject({
      ok: true,
      original: { key: original?.key, value: original?.value, headers: original?.headers },
    })
    expect(seen).toEqual(['one-1 live'])
    expect(await messages(names.inbox(bystander))).toEqual([])
  }, 60_000)

  it('are redriven by filter, at a rate, and open again where the handler fails again; the rest is discarded', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `many-${String(n).padStart(2, '0')}`)
    const handled: string[] = []
    let isFixed = false
    await subscribe(many, (id) => {
      if (id.startsWith('many') && (!isFixed || id === 'many-05')) throw new Error('not yet')
      handled.push(id)
    })
    await publish(...ids)
    await listed(many, 12, '--subject', 'household-1', '--type', 'task.created')

    const filter = ['--group', many, '--type', 'task.created']
    expect((await run('dead', 'redrive', ...filter, '--dry-run')).lines).toMatchObject([
      { dryRun: true, matched: 12, sample: ids.slice(0, 5).map((eventId) => ({ eventId })) },
    ])
    expect(await messages(names.inbox(many))).toEqual([])
    isFixed = true
    const startedMs = performance.now()
    const { lines } = await run('dead', 'redrive', ...filter, '--rate', '20', '--yes')
    expect(lines).toEqual([{ matched: 12, redriven: 12, skipped: [] }])
    // Twelve of twenty a second.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(590)

    const [failed] = await vi.waitFor(async () => {
      const open = await listed(many, 1)
      expect(open).toMatchObject([{ eventId: 'many-05', kind: 'redrive', count: 2 }])
      return open
    }, deadline)
    const others = ids.filter((id) => id !== 'many-05')
    await vi.waitFor(() => expect(handled.filter((id) => id.startsWith('many'))).toEqual(others), deadline)
    const metric = `event_logger_dead_letters_open{group="${many}"}`
    const metrics = async () => (await fetch(`${logger.probeUrl}/metrics`)).text()
    await vi.waitFor(async () => expect(await metrics()).toContain(`${metric} 1\n`), deadline)
    const discarded = await run('dead', 'discard', String(failed?.id))
    expect(discarded.lines).toEqual([{ matched: 1, discarded: 1, skipped: [] }])
    await vi.waitFor(async () => expect(await metrics()).toContain(`${metric} 0\n`), deadline)
    await listed(many, 11, '--state', 'redriven')
    expect((await run('dead', 'redrive', String(failed?.id))).exitCode).toBe(1)
    expect(await messages(names.inbox(many))).toHaveLength(12)
  }, 60_000)

  it('have one effect under once, also where a crash of the logger made it send a redrive twice', async () => {
    const db = client.db(name)
    const effects = db.collection('effects')
    await db.createCollection('effects')
    let isFixed = false
    const on = [
      onTasksOnce({
        'task.created': async ({ id }, { session }) => {
          if (id.startsWith('once') && !isFixed) throw new Error('not yet')
          await effects.insertOne({ event: id }, { session })
        },
      }),
    ]
    const receipts = mongoOnce(client, { database: name })
    const subscriber = createSubscriber({ transport, groupId: once, on, once: receipts, ...quick })
    subscribers.push(subscriber)
    await subscriber.start()
    await publish('once-1')
    const [letter] = await listed(once, 1)
    const id = String(letter?.id)

    isFixed = true
    await run('dead', 'redrive', id)
    // As the logger leaves it that is killed after it has sent, and before it has written that down.
    await db.collection<{ _id: string }>('deadLetters').updateOne({ _id: id }, { $set: { state: 'open' } })
    expect((await run('dead', 'redrive', id)).lines).toMatchObject([{ redriven: 1 }])
    await publish('after-1')
    const eventsOf = async () => (await effects.find().toArray()).map(({ event }) => event)
    await vi.waitFor(async () => expect(await eventsOf()).toContain('after-1'), deadline)
    const committed = async () => {
      const positions = await transport.admin.committed(once, [names.inbox(once)])
      return positions.reduce((sum, { offset }) => sum + offset, 0)
    }
    await vi.waitFor(async () => expect(await committed()).toBe(2), deadline)
    const redrives = (await messages(names.inbox(once))).map(decodeDelivery)
    expect(redrives.map((redrive) => redrive.ok && redrive.note.redriveId)).toEqual([`${id}-1`, `${id}-1`])
    expect((await eventsOf()).filter((event) => event === 'once-1')).toEqual(['once-1'])
  }, 60_000)
})
