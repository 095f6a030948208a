import type { CommittedPosition, Position, ReceiverOptions, TopicPartition } from '@house-helper/events-core'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { disconnectAbruptly } from '../client/abrupt-disconnect.ts'
import type { ClientLog } from '../client/client-log.ts'
import { settledWithin } from '../client/deadline.ts'
import { createKafkaInstance } from '../client/kafka-instance.ts'
import type { Cluster } from '../client/kafkajs-internals.ts'
import type { Wire } from '../client/wire.ts'
import { toTransportError } from '../client/wire-errors.ts'
import type { FetchAnswer } from '../records/fetch-exchange.ts'
import type { ConnectionSettings } from '../settings.ts'
import { announcingAssigner } from './assigner.ts'
import { createGroupCoordinator, type Membership } from './group-coordinator.ts'
import { CARRIED, type CarriedBatch, observeCluster } from './observed-cluster.ts'

/** What one kafkajs consumer reports. */
export interface SessionEvents {
  /** A join is about to go out: it waits for this, which is the time for a last commit. */
  leavingGeneration(): Promise<void>
  /** The group has given partitions; none is fetched until `begin`. */
  assigned(membership: Membership, partitions: readonly TopicPartition[]): void
  /** The id of a membership that was given up without leaving, where there is one. */
  formerMemberId(): string | undefined
  /** The coordinator answered a heartbeat of this membership, with an error or well. */
  heartbeat(membership: Membership, error: unknown): void
  /** A fetch brought something; `moveTo` sets where the partition is fetched from next. */
  fetched(answer: FetchAnswer, fetchedFrom: number, moveTo: (offset: number) => void): Promise<void>
  /** The consumer lost its membership and starts over by itself. */
  restarting(error: Error): void
  /** The consumer is dead. */
  crashed(error: Error): void
}

/** One kafkajs consumer from its first join to its end, tamed. */
export interface ConsumerSession {
  /** Whether a join is under way: then nothing else can be asked of the coordinator. */
  isJoining(): boolean
  run(): Promise<void>
  /** Sets where partitions are fetched from, and lets all of them flow but those to hold. */
  begin(positions: readonly Position[], held: readonly TopicPartition[]): void
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  heartbeat(membership: Membership): Promise<void>
  commit(membership: Membership, positions: readonly CommittedPosition[]): Promise<void>
  /** Leaves the group where it can be done in time, and ends every connection whether or not. */
  end(timeoutMs: number): Promise<void>
}

const PARTITIONS_AT_ONCE = 64
const MAX_WAIT_MS = 250
const END_OF_JOIN_SHARE = 0.5

/** How long a group waits for this member to join again before it goes on without it. */
export function rebalanceTimeoutMs(sessionTimeoutMs: number): number {
  return Math.max(30_000, sessionTimeoutMs * 2)
}

/** What a session gets of its transport. */
export interface SessionContext {
  readonly settings: ConnectionSettings
  readonly clientLog: ClientLog
  readonly wire: Wire
}

/** Makes a session; it does nothing before `run`. */
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
  // From an assignment until it is known where its partitions begin.
  let beginning: PromiseWithResolvers<void> | undefined
  let ended = false
  // Batches that are with the listener. kafkajs does not leave its group before it has them back.
  const busy = new Set<() => void>()

  const consumer: Consumer = instance.kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs(sessionTimeoutMs),
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    maxWaitTimeInMs: MAX_WAIT_MS,
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
    // Finding nothing to fetch, kafkajs would sleep for as long, whether or not it begins meanwhile.
    async beforeFetch() {
      if (beginning) await settledWithin(beginning.promise, MAX_WAIT_MS)
    },
    isTransient: (error) => !ended && toTransportError(error, wire.place({ groupId, topics })).canRetry,
  })

  consumer.on('consumer.group_join', ({ payload }) => {
    settleJoin()
    if (ended || pending === undefined) return
    isOpen = true
    const assigned = Object.entries(payload.memberAssignment)
    const partitions = assigned.flatMap(([topic, of]) => of.map((partition) => ({ topic, partition })))
    beginning = Promise.withResolvers()
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

  function endBeginning(): void {
    beginning?.resolve()
    beginning = undefined
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
      const kept = new Set(held.map(({ topic, partition }) => `${partition} ${topic}`))
      const flowing = positions.filter(({ topic, partition }) => !kept.has(`${partition} ${topic}`))
      if (flowing.length > 0) consumer.resume(byTopic(flowing))
      endBeginning()
    },
    pause(partitions) {
      if (isOpen && partitions.length > 0) consumer.pause(byTopic(partitions))
    },
    resume(partitions) {
      if (isOpen && partitions.length > 0) consumer.resume(byTopic(partitions))
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
      endBeginning()
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
