import { exchange } from '../client/exchange.ts'
import type { Broker, Cluster } from '../client/kafkajs-internals.ts'
import { type FetchAnswer, type FetchTopics, fetchExchange } from '../records/fetch-exchange.ts'

/** A member's place in a group: valid until the group's next generation. */
export interface Membership {
  readonly memberId: string
  readonly generationId: number
}

/** What kafkajs's consumer does that its events don't tell, or tell too late. */
export interface ClusterHooks {
  /** Called before a join goes out; the join waits for it. Throws where there must be none. */
  beforeJoin(): Promise<void>
  /** Called before it is looked at what to fetch; the fetch waits for it. */
  beforeFetch(): Promise<void>
  /** The group has let this member in; its partitions follow. */
  joined(membership: Membership, coordinator: GroupBroker): void
  /** A heartbeat was answered: with an error, or well. */
  heartbeat(membership: Membership, error: unknown): void
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

interface GroupRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupGenerationId: number
}

/** A broker as the coordinator of a group. */
export interface GroupBroker extends Broker {
  offsetCommit(request: object): Promise<unknown>
  joinGroup(request: object): Promise<Membership>
  heartbeat(request: GroupRequest): Promise<unknown>
  fetch(request: FetchRequest): Promise<unknown>
}

interface FetchRequest {
  readonly topics: FetchTopics
}

/**
 * Watches what one consumer asks of its brokers, and reads its fetches with our own decoder. The cluster is the
 * consumer's own (each consumer has one), so this changes nothing for anybody else.
 */
export function observeCluster(cluster: Cluster, hooks: ClusterHooks): void {
  const observed = new WeakMap<Broker, Broker>()
  const observe = (broker: Broker): Broker => {
    const known = observed.get(broker)
    if (known) return known
    const made = observedBroker(broker as GroupBroker, hooks)
    observed.set(broker, made)
    // kafkajs hands observed brokers back to us.
    observed.set(made, made)
    return made
  }
  const { findGroupCoordinator, findBroker, refreshMetadataIfNecessary } = cluster
  // The first thing that kafkajs does for a fetch.
  cluster.refreshMetadataIfNecessary = async () => {
    await hooks.beforeFetch()
    await refreshMetadataIfNecessary.call(cluster)
  }
  cluster.findGroupCoordinator = async (request) => observe(await findGroupCoordinator.call(cluster, request))
  cluster.findBroker = async (request) => observe(await findBroker.call(cluster, request))
}

function observedBroker(broker: GroupBroker, hooks: ClusterHooks): Broker {
  const made = Object.create(broker) as GroupBroker
  const changes: Pick<GroupBroker, 'joinGroup' | 'heartbeat' | 'fetch'> = {
    async joinGroup(request) {
      await hooks.beforeJoin()
      const answer = await broker.joinGroup(request)
      hooks.joined({ memberId: answer.memberId, generationId: answer.generationId }, made)
      return answer
    },
    async heartbeat(request) {
      const membership = { memberId: request.memberId, generationId: request.groupGenerationId }
      try {
        const answer = await broker.heartbeat(request)
        hooks.heartbeat(membership, undefined)
        return answer
      } catch (error) {
        hooks.heartbeat(membership, error)
        throw error
      }
    },
    fetch: async (request) => await fetchCarried(broker, request),
  }
  return Object.assign(made, changes)
}

async function fetchCarried(broker: Broker, request: FetchRequest): Promise<object> {
  const topics = shuffled(request.topics)
  try {
    const answers = (await exchange(
      broker,
      'Fetch',
      { ...request, topics },
      fetchExchange(topics, { outOfRange: 'return' }),
    )) as FetchAnswer[]
    return { responses: answers.map(carry) }
  } catch (error) {
    throw await forClient(broker, error)
  }
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
    preferredReadReplica: answer.preferredReadReplica,
    messages: isEmpty ? [] : [message],
  }
  return { topicName: answer.topic, partitions: [partition] }
}

/** What kafkajs must see of an error: it retries whatever does not say otherwise. */
async function forClient(broker: Broker, error: unknown): Promise<unknown> {
  const { name, code } = error as { name?: string; code?: string }
  if (name === 'KafkaJSConnectionClosedError') await broker.disconnect()
  if (code !== 'COMPRESSION_UNSUPPORTED' && name !== 'TransportError') return error
  const final = new Error((error as Error).message, { cause: error })
  return Object.assign(final, { name: 'KafkaJSNotImplemented', retriable: false })
}
