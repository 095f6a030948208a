import type { MongoClient } from 'mongodb'
import { createHandlingService, type HandlingService } from '../handling/service.ts'
import { startPublishing } from '../handling/steady-publishing.ts'
import type { SoakStack } from '../stack.ts'
import type { Stand } from '../stand.ts'
import { createLatencies, type Latencies } from './latencies.ts'
import { brokenMessage, type MixedEvent, type Mixture, mixtureOf } from './mixture.ts'
import { type RawConsumer, startRawConsumer } from './raw-consumer.ts'

/** A mixture on its way to our subscriber and to a raw kafkajs consumer, each in a group of its own. */
export interface PoisonRun {
  readonly mixture: Mixture
  readonly bad: ReadonlyMap<string, 'fails' | 'broken'>
  readonly keys: ReadonlyMap<string, string>
  readonly ours: Latencies
  readonly raw: Latencies
  /** Publishes for so long; resolves when all is acknowledged. */
  publishFor(ms: number, pause: (ms: number) => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

const RATE_PER_SECOND = 100
/** What is due before that does not count: collections are made and code is compiled then, on both sides. */
const WARM_UP_MS = 5_000
const ATTEMPTS = 5
const APPEND_MS = 10_000

/** Starts both consumers on a stand of one partition. */
export async function startPoisonRun(
  stack: SoakStack,
  stand: Stand,
  client: MongoClient,
  seed: number,
): Promise<PoisonRun> {
  const mixture = mixtureOf(seed)
  const bad = new Map<string, 'fails' | 'broken'>()
  const keys = new Map<string, string>()
  const ours = createLatencies()
  const raw = createLatencies()
  const service = await startOurs(stack, stand, client, ours)
  const consumer = await startRaw(stack, stand, bad, raw)
  const countsFromMs = performance.now() + WARM_UP_MS
  const publish = async ({ soakEvent, bad: wrong }: MixedEvent, dueMs: number): Promise<void> => {
    const { id } = soakEvent.event.fields
    keys.set(id, soakEvent.key)
    if (wrong) bad.set(id, wrong)
    if (dueMs >= countsFromMs) for (const latencies of [ours, raw]) latencies.due(id, dueMs)
    await (wrong === 'broken' ? appendBroken(stand, { soakEvent, bad: wrong }) : stand.publish(soakEvent))
  }
  return {
    ...{ mixture, bad, keys, ours, raw },
    async publishFor(ms, pause) {
      const publishing = startPublishing({ events: mixture.events, ratePerSecond: RATE_PER_SECOND, publish })
      try {
        await pause(ms)
      } finally {
        await publishing.stop()
      }
    },
    async close() {
      await Promise.all([service.subscriber.close(), consumer.close()])
    },
  }
}

async function startOurs(
  stack: SoakStack,
  stand: Stand,
  client: MongoClient,
  ours: Latencies,
): Promise<HandlingService> {
  const service = createHandlingService({
    ...{ client, database: stand.service.databaseName, types: stand.handledTypes },
    ...{ brokers: stack.brokers, topicPrefix: stand.name, groupId: stand.handlerGroup },
    retry: { attempts: ATTEMPTS },
    onHandled: ours.handled,
  })
  await service.subscriber.start()
  return service
}

function startRaw(
  stack: SoakStack,
  stand: Stand,
  bad: ReadonlyMap<string, unknown>,
  raw: Latencies,
): Promise<RawConsumer> {
  const handle = (eventId: string): void => {
    if (bad.has(eventId)) throw new Error('Told to fail.')
    raw.handled(eventId)
  }
  const [topic = ''] = stand.topics
  return startRawConsumer({ brokers: stack.brokers, topic, groupId: `${stand.name}-raw`, handle, attempts: ATTEMPTS })
}

async function appendBroken(stand: Stand, { soakEvent }: MixedEvent): Promise<void> {
  const [topic = ''] = stand.topics
  const startMs = performance.now()
  const batch = { topic, partition: 0, messages: [brokenMessage(soakEvent)] }
  const { baseOffset } = await stand.transport.sender.append(batch, { timeoutMs: APPEND_MS })
  const place = { id: soakEvent.event.fields.id, topic, partition: 0, offset: baseOffset }
  stand.book.acknowledge(soakEvent, place, performance.now() - startMs)
}
