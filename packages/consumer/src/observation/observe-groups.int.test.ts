import { randomBytes } from 'node:crypto'
import { type Transport, topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../test/condition.ts'
import { chores } from '../../test/domain.ts'
import { createGroupTopics, createTopic, type GroupTopics, message } from '../../test/household.ts'
import { defineHandlers } from '../handlers.ts'
import { createSubscriber, type Subscriber } from '../subscriber.ts'
import { observeGroups } from './observe-groups.ts'
import type { ObservedGroup } from './observed-group.ts'
import { oldestAgeSeconds } from './oldest.ts'
import { standingOf } from './standing.ts'

const WAIT_MS = 30_000
const topicPrefix = `t${randomBytes(6).toString('hex')}`
const groupId = `${topicPrefix}-group`
const topic = topicNames(topicPrefix).domain('chores')

let brokers: string[]
let transport: Transport
let topics: GroupTopics
let subscriber: Subscriber

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS) throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`.')
  brokers = process.env.KAFKA_BROKERS.split(',')
  transport = createKafkaTransport({ brokers, topicPrefix })
  await createTopic(transport, 'chores')
  topics = await createGroupTopics(transport, groupId, 3)
}, WAIT_MS)

afterAll(async () => {
  await subscriber?.close()
  await transport.close()
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, topics.inbox, topics.dead] })
  await admin.deleteGroups([groupId])
  await admin.disconnect()
}, WAIT_MS)

async function group(): Promise<ObservedGroup | undefined> {
  return (await observeGroups(transport, { groupIds: [groupId] })).groups[0]
}

it(
  'sees a group on Kafka: who is in it, what is done, what fails, what waits',
  async () => {
    // One key fails for ever, the events of the other keys pass it.
    const handle = (event: { id: string }): void => {
      if (event.id === 'bad') throw new Error('not today')
    }
    const on = [defineHandlers(chores, { 'chore.started': { handle, retry: { attempts: 1_000, maxMs: 100 } } })]
    subscriber = createSubscriber({ groupId, brokers, topicPrefix, on, commitIntervalMs: 100 })
    await subscriber.start()
    const messages = [
      message({ id: 'bad', key: 'bad', householdId: 'bad' }),
      message({ key: 'good', householdId: 'good' }),
      message({ key: 'bad', householdId: 'bad' }),
    ]
    await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: WAIT_MS })
    await until(
      'a commit that says what is done and what was tried',
      async () => {
        const partition = (await group())?.partitions.find((one) => one.topic === topic && one.partition === 0)
        return partition !== undefined && [0, 1].every((offset) => standingOf(partition, offset).state !== 'waiting')
      },
      WAIT_MS,
    )
    const seen = await group()
    expect(seen).toMatchObject({
      ...{ state: 'stable', receives: expect.arrayContaining([topic, topics.inbox]) },
      members: [{ announcement: { handles: [{ type: 'chore.started', onReplay: 'handle' }] } }],
    })
    const partition = seen?.partitions.find((one) => one.topic === topic && one.partition === 0)
    if (partition === undefined) throw new Error('The partition was just there.')
    expect(partition).toMatchObject({ low: 0, high: 3, committed: 0, lag: 3 })
    expect([0, 1, 2].map((offset) => standingOf(partition, offset).state)).toEqual(['retrying', 'passed', 'waiting'])
    expect(await oldestAgeSeconds(transport, { topic, partition: 0, offset: 0 }, Date.now() + 60_000)).toBeGreaterThan(
      59,
    )
    // Asked for every group of the cluster, it is among them.
    expect((await observeGroups(transport)).groups.map((one) => one.groupId)).toEqual([groupId])
  },
  WAIT_MS * 2,
)
