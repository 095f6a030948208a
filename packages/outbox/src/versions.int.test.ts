import {
  createSubscriber,
  defineHandlers,
  type EventFields,
  type HandlerSet,
  type Subscriber,
} from '@house-helper/consumer'
import { type Domain, decodeDeadLetter, defineDomain, defineEvent, topicNames } from '@house-helper/events-core'
import { createPublisher, type Publisher } from '@house-helper/producer'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../test/condition.ts'
import { createKafkaStand, type KafkaStand } from '../test/kafka-stand.ts'
import { createOutbox, createOutboxRelay } from './index.ts'

const WAIT_MS = 60_000
const source = 'lamp-service'
const subject = { householdId: 'household-1' }
const event = { type: 'lamp.lit', description: 'A lamp was lit.' } as const
const first = defineEvent({
  ...event,
  version: '1.0',
  data: z.object({ lampId: z.string() }),
  example: { lampId: 'lamp-1' },
})
const data = z.object({ lampIds: z.array(z.string()).min(1) })
const oldLamps = defineDomain({ name: 'lamps', events: [first] })
const newLamps = (publishAs: '1.0' | '2.0') =>
  defineDomain({
    name: 'lamps',
    events: [
      defineEvent({
        ...{ ...event, version: '2.0', data, example: { lampIds: ['lamp-1'] }, previous: first, publishAs },
        upcast: ({ lampId }) => ({ lampIds: [lampId] }),
        downcast: ({ lampIds }) => ({ lampId: lampIds.join('+') }),
      }),
    ],
  })

let stand: KafkaStand
let open: { close(): Promise<unknown> }[]
beforeEach(async () => {
  stand = await createKafkaStand()
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()))
  await stand.close()
})

/** Starts a group with the handlers of one release of a service; notes what its handler gets. */
async function group(
  groupId: string,
  handlers: (note: (event: EventFields<string, unknown>) => void) => HandlerSet,
): Promise<{ one: Subscriber; seen: unknown[] }> {
  const names = topicNames(stand.transport.topicPrefix)
  const topics = [names.inbox(groupId), names.dead(groupId)]
  await stand.transport.admin.createTopics(
    topics.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })),
  )
  const seen: unknown[] = []
  const on = [handlers(({ version, data }) => seen.push({ version, data }))]
  const one = createSubscriber({ groupId, transport: stand.transport, on })
  open.push(one)
  await one.start()
  return { one, seen }
}

/** A publisher as one release of a service has it. */
function publisher<D extends Domain>(domain: D): Publisher<D> {
  const made = createPublisher(domain, { source, transport: stand.transport })
  open.push(made)
  return made
}

it('is released to readers first: each handler gets each event in its own form until publishAs is removed', {
  timeout: 4 * WAIT_MS,
}, async () => {
  const { db, client, transport } = stand
  const before = await group('old-service', (note) => defineHandlers(oldLamps, { 'lamp.lit': note }))
  const after = await group('new-service', (note) => defineHandlers(newLamps('1.0'), { 'lamp.lit': note }))
  await publisher(oldLamps).publish('lamp.lit', { lampId: 'old' }, subject)
  await publisher(newLamps('1.0')).publish('lamp.lit', { lampIds: ['new', 'as-old'] }, subject)
  const relays = createKafkaTransport({ ...connectionFromEnv(), topicPrefix: transport.topicPrefix })
  const relay = createOutboxRelay({ db, transport: relays })
  open.push({ close: () => relay.close().finally(() => relays.close()) })
  const outbox = createOutbox(newLamps('1.0'), { source, db })
  await client.withSession((session) =>
    session.withTransaction(() => outbox.enqueue('lamp.lit', { lampIds: ['by', 'outbox'] }, { ...subject, session })),
  )
  await until('both have handled three', () => before.seen.length + after.seen.length === 6, WAIT_MS)
  const lampIds = ['old', 'new+as-old', 'by+outbox']
  expect(before.seen).toEqual(lampIds.map((lampId) => ({ version: '1.0', data: { lampId } })))
  expect(after.seen).toEqual(lampIds.map((lampId) => ({ version: '1.0', data: { lampIds: [lampId] } })))

  await publisher(newLamps('2.0')).publish('lamp.lit', { lampIds: ['new', 'as-new'] }, subject)
  await until('the new one has handled it', () => after.seen.length === 4, WAIT_MS)
  expect(after.seen[3]).toEqual({ version: '2.0', data: { lampIds: ['new', 'as-new'] } })
  await until('the old one has given it up', () => before.one.stats().deadLettered === 1, WAIT_MS)
  expect(before.seen).toHaveLength(3)
  const topic = topicNames(transport.topicPrefix).dead('old-service')
  const [message] = await transport.read({ topic, partition: 0, offset: 0 })
  const letter = message && decodeDeadLetter(message)
  expect(letter).toMatchObject({ ok: true, note: { lastFailure: { code: 'VERSION_TOO_NEW' } } })
})
