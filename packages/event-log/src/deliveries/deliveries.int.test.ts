import { createSubscriber, defineHandlers, type HandlerOptions, type Subscriber } from '@house-helper/consumer'
import { topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createStand,
  domains,
  eventMessage,
  recordedUpTo,
  type Stand,
  setting,
  uniqueName,
  until,
} from '../../test/stand.ts'
import { createDeadLetterIndexer, createDeadLetters, type DeadLetterIndexer } from '../dead-letters/index.ts'
import { createEventLog } from '../event-log.ts'
import { createReplays } from '../replay/index.ts'
import { createDeliveryReader, type DeliveryReader } from './deliveries.ts'
import type { GroupDelivery } from './delivery.ts'

const [tasks] = domains
const topicPrefix = uniqueName('log')
const names = topicNames(topicPrefix)
const group = (name: string): string => `${topicPrefix}-${name}`
/** Groups with members; each meets the same two events. */
const groups = ['done', 'stuck', 'later', 'gave-up'] as const

let stand: Stand
let subscribers: Subscriber[]
let indexer: DeadLetterIndexer
let reader: DeliveryReader
let repaired = false

const fail = (): never => {
  throw new Error('not today')
}
const handlers: Record<(typeof groups)[number], HandlerOptions['handle'] | HandlerOptions> = {
  done: () => {},
  stuck: { handle: fail, retry: { attempts: 10_000, maxMs: 50 } },
  later: { handle: fail, retry: { attempts: 2, baseMs: 1, later: { delayMs: 3_600_000, attempts: 1 } } },
  'gave-up': (_event, { reject }) => (repaired ? undefined : reject('no such task')),
}

beforeAll(async () => {
  const brokers = setting('KAFKA_BROKERS').split(',')
  stand = await createStand({ transport: createKafkaTransport({ brokers, topicPrefix }) })
  const own = groups.flatMap((name) => [names.inbox(group(name)), names.dead(group(name))])
  await stand.transport.admin.createTopics(
    own.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })),
  )
  await stand.append([eventMessage('e-0'), eventMessage('e-1')])
  await stand.recorder().start()
  subscribers = groups.map((name) =>
    createSubscriber({
      ...{ groupId: group(name), transport: stand.transport, commitIntervalMs: 100 },
      on: [defineHandlers(tasks as NonNullable<typeof tasks>, { 'task.completed': handlers[name] })],
    }),
  )
  await Promise.all(subscribers.map((one) => one.start()))
  indexer = createDeadLetterIndexer({ transport: stand.transport, db: stand.db, domains, indexIntervalMs: 50 })
  indexer.start()
  await commitAndLeave(group('behind'), 0)
  await recordedUpTo(stand, 2)
  reader = createDeliveryReader({ db: stand.db, transport: stand.transport, ownGroupId: stand.groupId })
}, 60_000)

afterAll(async () => {
  await indexer?.close()
  await Promise.all((subscribers ?? []).map((one) => one.close()))
  await stand?.close()
}, 60_000)

/** Commits as a member would that is gone again. */
async function commitAndLeave(groupId: string, offset: number): Promise<void> {
  const receiver = stand.transport.receiver({ groupId, topics: [stand.topic] })
  await receiver.start({
    ...{ assigned: async () => [], rebalancing: async () => {}, suspend: () => {}, thaw: () => {}, lost: () => {} },
    ...{ batch: (batch) => batch.messages[0]?.offset ?? 0, fatal: () => {} },
  })
  await receiver.commit([{ topic: stand.topic, partition: 0, offset, metadata: '' }])
  await receiver.stop({ timeoutMs: 5_000 })
}

async function deliveriesOf(id: string): Promise<Record<string, GroupDelivery>> {
  const record = await createEventLog(stand.db).get(id)
  if (record === undefined) throw new Error(`${id} is not recorded.`)
  const { groups: all } = await reader.of(record)
  return Object.fromEntries(all.map((one) => [one.group.slice(topicPrefix.length + 1), one]))
}

it('says where each group stands with an event, and with one that was redriven', async () => {
  let seen: Record<string, GroupDelivery> = {}
  const states = (): Record<string, string> =>
    Object.fromEntries(Object.entries(seen).map(([name, { state }]) => [name, state]))
  const expected = { behind: 'waiting', done: 'passed', 'gave-up': 'dead', later: 'retrying', stuck: 'retrying' }
  await until(
    'every group stands where its handler takes it',
    async () => {
      seen = await deliveriesOf('e-0')
      return JSON.stringify(states()) === JSON.stringify(expected)
    },
    20_000,
  )
  expect(seen).toMatchObject({
    behind: { handles: undefined, members: 0, before: 0, deadLetter: undefined },
    done: { handles: true, members: 1, inbox: [], inboxRead: true },
    stuck: { attempts: expect.any(Number), before: 0 },
    later: { inbox: [{ kind: 'retry', attempts: 2, notBefore: expect.any(Date) }] },
    'gave-up': { deadLetter: { state: 'open', note: { lastFailure: { code: 'REJECTED' } } } },
  })
  expect(seen.stuck?.attempts).toBeGreaterThan(1)
  // The key's next event waits behind the one that fails.
  expect(await deliveriesOf('e-1')).toMatchObject({ stuck: { state: 'waiting', before: 1 }, done: { state: 'passed' } })

  repaired = true
  const letters = createDeadLetters({ db: stand.db, transport: stand.transport })
  await letters.redrive({ filter: { group: group('gave-up') }, by: 'test' })
  await until('the redrive has passed', async () => {
    const now = (await deliveriesOf('e-0'))['gave-up']
    expect(now?.state).toBe('redriven')
    return now?.redrivePassed === true
  })
  await letters.close()

  const replays = createReplays({ db: stand.db, transport: stand.transport, domains })
  replays.start()
  const plan = await replays.plan({ filter: 'id:e-0', groups: [group('done')] })
  const run = await replays.run({ planId: plan.id }, 'once')
  await until('the run is done', async () => (await replays.get(run.id))?.state === 'done')
  const replayed = (await deliveriesOf('e-0')).done
  expect(replayed).toMatchObject({ state: 'replayed', replays: [{ runId: run.id }] })
  // Another event of the same partition, which the run has come past too, was none of its own.
  expect((await deliveriesOf('e-1')).done).toMatchObject({ state: 'passed', replays: [] })
  await replays.close()
}, 60_000)
