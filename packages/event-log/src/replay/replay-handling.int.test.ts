import {
  createSubscriber,
  defineHandlers,
  type HandlerOptions,
  type Subscriber,
  type SubscriberSettings,
} from '@house-helper/consumer'
import { topicNames } from '@house-helper/events-core'
import { type MongoContext, mongoOnce } from '@house-helper/outbox'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createReplayStand, type ReplayStand } from '../../test/replay-stand.ts'
import { tasks, until } from '../../test/stand.ts'

const events = ['event-0', 'event-1', 'event-2']
const quick: SubscriberSettings = { commitIntervalMs: 20, closeTimeoutMs: 1_000, deadLetters: true }

describe('a replay that is handled', () => {
  let stand: ReplayStand
  let subscribers: Subscriber[]
  beforeAll(async () => {
    stand = await createReplayStand({ groups: ['points', 'mail'], dead: ['points', 'mail'] })
    await stand.db.createCollection('effects')
    await stand.record(events)
    subscribers = []
  })
  afterEach(async () => {
    await Promise.all(subscribers.map((one) => one.close()))
    subscribers = []
    await stand.db.collection('effects').deleteMany({})
  })
  afterAll(async () => {
    await stand.close()
  })

  /** A group whose handler writes what it was given, in the transaction of its receipt. */
  async function start(groupId: string, options: Partial<HandlerOptions> = {}): Promise<Subscriber> {
    const effects = stand.db.collection('effects')
    const on = defineHandlers<typeof tasks, MongoContext>(tasks, {
      'task.completed': {
        handle: async ({ id }, { session, delivery: { kind, replayRunId } }) => {
          await effects.insertOne({ groupId, id, kind, run: replayRunId ?? null }, { session })
        },
        ...options,
      },
    })
    const once = mongoOnce(stand.db.client, { database: stand.db.databaseName, collection: `receipts-${groupId}` })
    const subscriber = createSubscriber({ groupId, transport: stand.transport, on: [on], once, ...quick })
    subscribers.push(subscriber)
    await subscriber.start()
    return subscriber
  }

  const effectsOf = async (groupId: string, kind: string) => {
    const found = await stand.db.collection('effects').find({ groupId, kind }).toArray()
    return found.map(({ id, run }) => `${id} ${run}`).sort()
  }
  const reached = (what: string, groupId: string, kind: string, count: number) =>
    until(what, async () => (await effectsOf(groupId, kind)).length === count)

  it('has its effects once for each run in the group that is named, and none elsewhere', async () => {
    const points = await start('points')
    const mail = await start('mail')
    await reached('the live events are handled', 'points', 'live', 3)
    await reached('the live events are handled by the other group', 'mail', 'live', 3)
    const replays = stand.replays()
    const request = { filter: 'type:task.*', groups: ['points'] }
    const plan = await replays.plan(request)
    expect(plan.groups).toMatchObject([
      { members: 1, announced: 1, types: [{ type: 'task.completed', onReplay: 'handle' }] },
    ])
    const runs = [await stand.replay(replays, request), await stand.replay(replays, request)].map(({ id }) => id)
    await reached('both runs are handled', 'points', 'replay', 6)
    expect(await effectsOf('points', 'replay')).toEqual(
      events.flatMap((id) => runs.map((run) => `${id} ${run}`)).sort(),
    )
    // As a kill between sending and writing that down leaves it: the same deliveries once more.
    await sendAgain()
    await until('they are known', () => points.stats().repeated === 6)
    expect(await effectsOf('points', 'replay')).toHaveLength(6)
    expect(await effectsOf('mail', 'replay')).toEqual([])
    expect(mail.stats()).toMatchObject({ received: 3, handled: 3 })
  })

  async function sendAgain(): Promise<void> {
    const topic = topicNames(stand.transport.topicPrefix).inbox('points')
    for (const partition of [0, 1, 2]) {
      const messages = await stand.transport.read({ topic, partition, offset: 0 })
      const again = messages.map(({ key, value, headers }) => ({ key, value, headers }))
      if (again.length > 0)
        await stand.transport.sender.append({ topic, partition, messages: again }, { timeoutMs: 1_000 })
    }
  }

  it('is acknowledged without running a handler that skips replays, and the plan says so', async () => {
    const mail = await start('mail', { onReplay: 'skip' })
    const replays = stand.replays()
    const request = { filter: 'type:task.*', groups: ['mail'] }
    expect((await replays.plan(request)).groups[0]?.types).toEqual([{ type: 'task.completed', onReplay: 'skip' }])
    await stand.replay(replays, request)
    await until('all are skipped', () => mail.stats().replaysSkipped === 3)
    expect(await effectsOf('mail', 'replay')).toEqual([])
  })
})
