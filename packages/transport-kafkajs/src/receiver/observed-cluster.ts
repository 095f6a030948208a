import { TransportError } from '@house-helper/events-core'
import { type FetchAnswer, type FetchTopics, fetchExchange, pause, within } from '@house-helper/transport-kafka'
import { exchange } from '../client/exchange.ts'
import { kafkaTypeOf } from '../client/failure.ts'
import { destroySockets } from '../client/kafkajs-client.ts'
import type { Broker, Cluster } from '../client/kafkajs-internals.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { type FetchRequest, readAhead } from './read-ahead.ts'

/** What kafkajs's consumer does that its events don't tell, or tell too late. */
export interface ClusterHooks {
  /** Called before it is looked at what to fetch; the fetch waits for it. */
  beforeFetch(): Promise<void>
  /** How long a broker may wait for messages before it answers that there are none, in milliseconds. */
  fetchWaitMs(): number
  /** Aborts when the receiver ends: a fetch that waits for messages brings nothing then, and is waited for no longer. */
  readonly ending: AbortSignal
  /** A broker could not be reached, or its connection broke, when it was asked for messages. */
  brokerAway(): void
  /** Whether a failure ends by itself, where brokers come back or leaders move. */
  isTransient(error: unknown): boolean
  /** What is asked in place of the broker that coordinates the group. */
  readonly coordinator: GroupCoordinator
}

/** What a fetch brought, as our own decoder read it, carried through kafkajs in place of its messages. */
export interface CarriedBatch {
  /** The last offset of what was fetched; out of range has none, and gets one that kafkajs does not drop. */
  readonly offset: string
  readonly isControlRecord: boolean
  readonly [CARRIED]: FetchAnswer
}

/** Where a carried batch lies in the message that kafkajs sees. */
export const CARRIED: unique symbol = Symbol('@house-helper/transport-kafkajs/carried')

interface FetchingBroker extends Broker {
  fetch(request: FetchRequest): Promise<object>
}

const NOTHING_FETCHED = { responses: [] }
const RECOVERY_MS = 100
// No request of kafkajs's is waited for longer, whatever has become of its connection.
const ANSWER_TIMEOUT_MS = 10_000

/**
 * Watches what one consumer asks of its brokers, and reads its fetches with our own decoder. The cluster is the
 * consumer's own (each consumer has one), so this changes nothing for anybody else.
 *
 * What fails because a broker is away or a leader has moved is not passed on: kafkajs stops all fetching for it, joins
 * its group again, or gives up its membership after some tries. Here such a fetch brings nothing, and the metadata is
 * read anew, until it names a broker that answers.
 */
export function observeCluster(cluster: Cluster, hooks: ClusterHooks): void {
  const observed = new WeakMap<Broker, Broker>()
  const { findBroker, refreshMetadata, refreshMetadataIfNecessary } = cluster

  /** Goes on with the metadata that is there where none can be had now. */
  async function unlessTransient(refreshing: Promise<void>): Promise<void> {
    try {
      await within(refreshing, ANSWER_TIMEOUT_MS, () => silentBroker('a question for metadata'))
    } catch (error) {
      if (cluster.brokerPool.metadata === null || !hooks.isTransient(error)) throw error
      await pause(RECOVERY_MS)
    }
  }

  let recovering: Promise<void> | undefined

  /** Once for all that fail at the same time. */
  async function recovered(): Promise<object> {
    recovering ??= pause(RECOVERY_MS)
      .then(() => cluster.refreshMetadata())
      .finally(() => {
        recovering = undefined
      })
    await recovering
    return NOTHING_FETCHED
  }

  function observe(broker: Broker): Broker {
    const known = observed.get(broker)
    if (known) return known
    const made = Object.create(broker) as FetchingBroker
    const fetch = readAhead((request) => fetchAnswers(broker, { ...request, maxWaitTime: hooks.fetchWaitMs() }))
    made.fetch = async (request) => {
      try {
        return { responses: (await unlessEnding(fetch(request), hooks.ending)).map(carry) }
      } catch (error) {
        if (!hooks.isTransient(error)) throw forClient(error)
        if (isBroken(error)) {
          destroySockets(broker)
          hooks.brokerAway()
        }
        return await recovered()
      }
    }
    observed.set(broker, made)
    // kafkajs hands observed brokers back to us.
    observed.set(made, made)
    return made
  }

  cluster.refreshMetadata = () => unlessTransient(refreshMetadata.call(cluster))
  // The first thing that kafkajs does for a fetch.
  cluster.refreshMetadataIfNecessary = async () => {
    await hooks.beforeFetch()
    await unlessTransient(refreshMetadataIfNecessary.call(cluster))
  }
  cluster.findGroupCoordinator = async () => hooks.coordinator as unknown as Broker
  cluster.findBroker = async (request) => {
    try {
      const found = findBroker.call(cluster, request)
      return observe(await within(found, ANSWER_TIMEOUT_MS, () => silentBroker('an attempt to connect')))
    } catch (error) {
      if (!hooks.isTransient(error)) throw error
      hooks.brokerAway()
      return { fetch: recovered } as unknown as Broker
    }
  }
}

/** What a fetch brings, or nothing as soon as the receiver ends. */
function unlessEnding(fetching: Promise<readonly FetchAnswer[]>, ending: AbortSignal): Promise<readonly FetchAnswer[]> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve([])
    ending.addEventListener('abort', end, { once: true })
    // The signal outlives all fetches but the last one.
    const settled = (): void => ending.removeEventListener('abort', end)
    fetching.then(resolve, reject).finally(settled)
    if (ending.aborted) end()
  })
}

/** Whether the failure is of the connection: then its other requests won't be answered either. */
function isBroken(error: unknown): boolean {
  return kafkaTypeOf(error) === undefined
}

async function fetchAnswers(
  broker: Broker,
  request: FetchRequest & { readonly maxWaitTime: number },
): Promise<readonly FetchAnswer[]> {
  const topics = shuffled(request.topics)
  const changes = fetchExchange(topics, { outOfRange: 'return' })
  const answers = exchange(broker, 'Fetch', { ...request, topics }, changes) as Promise<FetchAnswer[]>
  return await within(answers, ANSWER_TIMEOUT_MS, () => silentBroker('a fetch'))
}

function silentBroker(what: string): TransportError {
  const message = `A broker did not answer ${what} within ${ANSWER_TIMEOUT_MS} ms.`
  return new TransportError('TIMEOUT', message, { canRetry: true })
}

/** Brokers fill an answer in the order of the request: without shuffling, the last partitions would starve (KIP-74). */
function shuffled(topics: FetchTopics): FetchTopics {
  const all = topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partitions: [partition] })),
  )
  for (let index = all.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    const [a, b] = [all[index], all[other]]
    if (a && b) [all[index], all[other]] = [b, a]
  }
  return all
}

/**
 * One partition of the answer in kafkajs's form, with a single message that carries what our decoder read. Batches of
 * nothing but markers are carried too, so that one place alone moves the partition on.
 */
function carry(answer: FetchAnswer): object {
  const lastOffset = answer.errorCode === 0 ? (answer.nextOffset ?? 0) - 1 : Number.MAX_SAFE_INTEGER
  const isEmpty = answer.nextOffset === undefined && answer.errorCode === 0
  const message: CarriedBatch = { offset: String(lastOffset), isControlRecord: false, [CARRIED]: answer }
  const partition = {
    partition: answer.partition,
    errorCode: 0,
    highWatermark: String(answer.highWatermark),
    abortedTransactions: [],
    messages: isEmpty ? [] : [message],
  }
  return { topicName: answer.topic, partitions: [partition] }
}

/** What kafkajs must see of an error: it retries whatever does not say otherwise. */
function forClient(error: unknown): unknown {
  const { name, code } = error as { name?: string; code?: string }
  if (code !== 'COMPRESSION_UNSUPPORTED' && name !== 'TransportError') return error
  const final = new Error((error as Error).message, { cause: error })
  return Object.assign(final, { name: 'KafkaJSNotImplemented', retriable: false })
}
