import { createSubscriber, type HandlerSet, type Subscriber } from '@house-helper/consumer'
import { type Domain, type TopicNames, type Transport, topicNames } from '@house-helper/events-core'
import { createPublisher, type Publisher } from '@house-helper/producer'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { type Chronicle, createChronicle } from './chronicle.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { TestingError } from './errors.ts'
import { createJournal, type Journal } from './journal.ts'
import type { TestOptions } from './options.ts'

/** Partitions of each topic, as `hh-events topics apply` creates them. */
export const PARTITIONS = 3

/** How long closing waits for handlers and publishers, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000

/** The workings are what a world is made of: real publishers and a real subscriber over a transport in memory. */
export interface Workings {
  readonly groupId: string
  readonly clock: TestClock
  readonly names: TopicNames
  readonly journal: Journal
  readonly chronicle: Chronicle
  /** The event types that have a handler. */
  readonly handledTypes: ReadonlySet<string>
  publisherOf(domain: Domain): Publisher<Domain>
  /** Throws `SUBSCRIBER_DIED` where it has. */
  checkAlive(): void
  /** Whether nothing is being published, received, handled or set aside. What waits for its time is at rest. */
  isQuiet(): boolean
  close(): Promise<void>
}

/** Opens the workings of a world: creates its topics and starts its subscriber. */
export async function openWorkings(domains: readonly Domain[], options: TestOptions<Domain>): Promise<Workings> {
  const { groupId = 'test-service', source = 'test-service', clock = createTestClock(), on = [] } = options
  const memory = createMemoryTransport({ clock: () => clock.now() })
  const names = topicNames(memory.topicPrefix)
  const [inbox, dead] = [names.inbox(groupId), names.dead(groupId)]
  const all = new Set([...domains.map(({ name }) => name), ...on.map(({ domain }) => domain)])
  await createTopics(memory, [...[...all].map((name) => names.domain(name)), inbox, dead])
  const chronicle = createChronicle({ inbox, dead, clock })
  const journal = createJournal(memory, chronicle.written)
  const publishers = new Map<Domain, Publisher<Domain>>()
  const subscriber = await startSubscriber({ ...options, groupId, clock }, { journal, chronicle })
  const received = [...receivedDomains(on).map((name) => names.domain(name)), inbox]
  const isPublishing = (): boolean => [...publishers.values()].some((one) => one.stats().queuedEvents > 0)
  return {
    ...{ groupId, clock, names, journal, chronicle, handledTypes: handledTypes(on) },
    publisherOf(domain) {
      const found = publishers.get(domain)
      if (found !== undefined) return found
      const { transport } = journal
      const made = createPublisher(domain, { source, transport, clock: () => clock.now() })
      publishers.set(domain, made)
      return made
    },
    checkAlive: () => subscriber?.checkAlive(),
    isQuiet: () => !journal.busy && !isPublishing() && (subscriber?.isQuiet(journal.count(received)) ?? true),
    async close() {
      await Promise.all([...publishers.values()].map((one) => one.close({ timeoutMs: CLOSE_TIMEOUT_MS })))
      await subscriber?.close()
      await memory.close()
    },
  }
}

/** A subscriber that is watched. */
interface WatchedSubscriber {
  checkAlive(): void
  /** Whether it has read this many messages and works at none. */
  isQuiet(messages: number): boolean
  close(): Promise<void>
}

async function startSubscriber(
  { domains: _, source: __, on = [], ...options }: TestOptions<Domain>,
  { journal: { transport }, chronicle: { listener } }: Pick<Workings, 'journal' | 'chronicle'>,
): Promise<WatchedSubscriber | undefined> {
  if (on.every(({ entries }) => entries.length === 0)) return undefined
  const settings = { ...options, on, transport, listener, closeTimeoutMs: CLOSE_TIMEOUT_MS }
  const subscriber: Subscriber = createSubscriber(settings)
  let death: unknown
  subscriber.closed.catch((error: unknown) => {
    death = error
  })
  await subscriber.start()
  return {
    checkAlive() {
      if (death === undefined) return
      const why = death instanceof Error ? death.message : String(death)
      throw new TestingError('SUBSCRIBER_DIED', `The subscriber of this world has died: ${why}`, { cause: death })
    },
    isQuiet(messages) {
      const { received, inFlight, overdue, settingAside } = subscriber.stats()
      return received >= messages && inFlight + overdue + settingAside === 0
    },
    close: () => subscriber.close(),
  }
}

async function createTopics({ admin }: Transport, topics: readonly string[]): Promise<void> {
  await admin.createTopics(topics.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: 1, config: {} })))
}

function receivedDomains(on: readonly HandlerSet[]): readonly string[] {
  return [...new Set(on.filter(({ entries }) => entries.length > 0).map(({ domain }) => domain))]
}

function handledTypes(on: readonly HandlerSet[]): ReadonlySet<string> {
  return new Set(on.flatMap(({ entries }) => entries.map(({ contract }) => contract.type)))
}
