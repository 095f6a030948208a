import type { Position, ReceiverOptions, TopicPartition } from '@house-helper/events-core'
import {
  type ConnectionSettings,
  type ConsumerSession,
  type Membership,
  partitionKey,
  rebalanceTimeoutMs,
  type SessionEvents,
  settledWithin,
  type Wire,
} from '@house-helper/transport-kafka'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { disconnectAbruptly } from '../client/abrupt-disconnect.ts'
import type { ClientLog } from '../client/client-log.ts'
import { createKafkaInstance } from '../client/kafka-instance.ts'
import type { Cluster } from '../client/kafkajs-internals.ts'
import { announcingAssigner } from './assigner.ts'
import { createGroupCoordinator } from './group-coordinator.ts'
import { CARRIED, type CarriedBatch, observeCluster } from './observed-cluster.ts'

const PARTITIONS_AT_ONCE = 64
// How long kafkajs sleeps where a broker has nothing to fetch for it, deaf to what begins to flow meanwhile.
const DEAF_MS = 50
const FLOW_WAIT_MS = 250
// How long a fetch waits for messages. A partition that flows again is in the next one only, so while one is paused a
// fetch waits no longer than the pause has lasted.
const FETCH_WAIT_MS = { shortest: 20, longest: 1_000 }
const END_OF_JOIN_SHARE = 0.5

/** What a session gets of its transport. */
export interface SessionContext {
  readonly settings: ConnectionSettings
  readonly clientLog: ClientLog
  readonly wire: Wire
}

/** Makes one kafkajs consumer, tamed, into a session; it does nothing before `run`. */
export function createConsumerSession(
  { settings, clientLog, wire }: SessionContext,
  options: Required<ReceiverOptions>,
  events: SessionEvents,
): ConsumerSession {
  const { groupId, topics, sessionTimeoutMs, announcement } = options
  const instance = createKafkaInstance(settings, clientLog)
  let cluster: Cluster | undefined
  let pending: Membership | undefined
  let joining = false
  let joinSettled = Promise.withResolvers<void>()
  let isOpen = false
  let assignedCount = 0
  let pausedAtMs = 0
  /** Settles when partitions begin to flow. */
  let flow = Promise.withResolvers<void>()
  let ended = false
  const ending = new AbortController()
  // Batches that are with the listener. kafkajs does not leave its group before it has them back.
  const busy = new Set<() => void>()

  const consumer: Consumer = instance.kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs(sessionTimeoutMs),
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    maxWaitTimeInMs: DEAF_MS,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8, restartOnFailure: async () => !ended },
    partitionAssigners: [
      announcingAssigner(announcement, (own) => {
        cluster = own
      }) as never,
    ],
  })
  // kafkajs makes the assigner inside consumer(), so the cluster is known here.
  const ownCluster = cluster as unknown as Cluster
  disconnectAbruptly(ownCluster.brokerPool)
  const coordinator = createGroupCoordinator({
    ...{ groupId, sessionTimeoutMs, wire },
    cluster: { findBroker: ownCluster.findBroker.bind(ownCluster) },
    hooks: {
      async beforeJoin() {
        if (ended) throw Object.assign(new Error('The receiver has ended.'), { retriable: false })
        if (!joining) joinSettled = Promise.withResolvers<void>()
        joining = true
        await events.leavingGeneration()
      },
      formerMemberId: events.formerMemberId,
      joined(membership) {
        pending = membership
      },
      heartbeat: events.heartbeat,
    },
  })
  observeCluster(ownCluster, {
    coordinator,
    // Partitions that are paused by handlers with much to do are to go on as soon as there is room.
    async beforeFetch() {
      if (!ended && isAllPaused()) await settledWithin(flow.promise, FLOW_WAIT_MS)
    },
    fetchWaitMs() {
      const { shortest, longest } = FETCH_WAIT_MS
      if (consumer.paused().length === 0) return longest
      return Math.round(Math.min(longest, Math.max(shortest, performance.now() - pausedAtMs)))
    },
    ending: ending.signal,
    brokerAway: events.brokerAway,
    isTransient: (error) => !ended && wire.errorOf(error, { groupId, topics }).canRetry,
  })

  consumer.on('consumer.group_join', ({ payload }) => {
    settleJoin()
    if (ended || pending === undefined) return
    isOpen = true
    const assigned = Object.entries(payload.memberAssignment)
    const partitions = assigned.flatMap(([topic, of]) => of.map((partition) => ({ topic, partition })))
    assignedCount = partitions.length
    hold(partitions)
    events.assigned(pending, partitions)
  })
  consumer.on('consumer.crash', ({ payload }) => {
    settleJoin()
    isOpen = false
    if (ended) return
    if (payload.restart) events.restarting(payload.error)
    else events.crashed(payload.error)
  })
  consumer.on('consumer.stop', () => {
    isOpen = false
  })

  function settleJoin(): void {
    joining = false
    joinSettled.resolve()
  }

  function isAllPaused(): boolean {
    return consumer.paused().flatMap(({ partitions }) => partitions).length === assignedCount
  }

  function resume(partitions: readonly TopicPartition[]): void {
    if (partitions.length > 0) consumer.resume(byTopic(partitions))
    flow.resolve()
    flow = Promise.withResolvers()
  }

  /** Keeps partitions from being fetched before it is known from where: paused, and with a position, so none is asked for. */
  function hold(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) setPosition({ topic, partition, offset: 0 })
    consumer.pause(byTopic(partitions))
  }

  // Where kafkajs begins a partition that it has not fetched in this generation. Its seek() would outlive the partition.
  function setPosition({ topic, partition, offset }: Position): void {
    const positions = ownCluster.committedOffsets({ groupId })
    positions[topic] = { ...positions[topic], [partition]: String(offset) }
  }

  async function eachBatch({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const carried = (batch as unknown as { rawMessages: CarriedBatch[] }).rawMessages[0]?.[CARRIED]
    if (carried === undefined || ended) return
    const from = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset)
    const { promise, resolve } = Promise.withResolvers<void>()
    busy.add(resolve)
    const done = (): void => {
      busy.delete(resolve)
      resolve()
    }
    events.fetched(carried, from, (offset) => resolveOffset(String(offset - 1))).then(done, done)
    return await promise
  }

  return {
    isJoining: () => joining,
    async run() {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch,
      })
    },
    begin(positions, held) {
      if (!isOpen) return
      for (const position of positions) setPosition(position)
      const kept = new Set(held.map(partitionKey))
      resume(positions.filter((position) => !kept.has(partitionKey(position))))
    },
    pause(partitions) {
      if (!isOpen || partitions.length === 0) return
      pausedAtMs = performance.now()
      consumer.pause(byTopic(partitions))
    },
    resume(partitions) {
      if (isOpen) resume(partitions)
    },
    async heartbeat({ memberId, generationId }) {
      await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId })
    },
    async commit({ memberId, generationId }, positions) {
      const grouped = Map.groupBy(positions, ({ topic }) => topic)
      const committed = [...grouped].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
      }))
      const request = { groupId, memberId, groupGenerationId: generationId, topics: committed }
      await coordinator.offsetCommit(request)
    },
    async end(timeoutMs) {
      if (ended) return
      ended = true
      ending.abort()
      flow.resolve()
      const end = performance.now() + timeoutMs
      for (const giveBack of busy) giveBack()
      // disconnect() during a join returns at once, and the consumer then joins all the same.
      if (joining) await settledWithin(joinSettled.promise, timeoutMs * END_OF_JOIN_SHARE)
      await settledWithin(consumer.disconnect(), end - performance.now())
      instance.destroy('The receiver has ended.')
    },
  }
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const grouped = Map.groupBy(partitions, ({ topic }) => topic)
  return [...grouped].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => partition) }))
}
