import { TransportError } from '@house-helper/events-core'
import type { Connections } from './connections.ts'
import { asIs } from './exchange.ts'
import { kafkaError } from './kafka-errors.ts'
import type { WireClient } from './wire-client.ts'
import { missingTopic } from './wire-errors.ts'

/** A topic in an answer to a metadata request, error codes included. */
export interface TopicMetadata {
  readonly topicErrorCode: number
  readonly topic: string
  readonly isInternal?: boolean
  readonly partitionMetadata: readonly PartitionMetadata[]
}

interface PartitionMetadata {
  readonly partitionErrorCode: number
  readonly partitionId: number
  /** The node that takes appends and fetches; negative where there is none. */
  readonly leader: number
  readonly replicas: readonly number[]
}

/** What brokers tell about a cluster. */
export interface ClusterMetadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly clusterId: string
  readonly controllerId: number
  readonly topicMetadata: readonly TopicMetadata[]
}

/** Which broker a request goes to: any, the controller, a partition's leader, a group's coordinator, or a certain one. */
export type Target =
  | 'any'
  | 'controller'
  | { readonly topic: string; readonly partition: number }
  | { readonly groupId: string }
  | { readonly nodeId: number }

/** Told of each broker before its answer is waited for. */
export type WaitFor<Broker> = (broker: Broker) => void

/** Knows which broker leads a partition or coordinates a group, until told to forget it. */
export interface ClusterMap<Broker> {
  brokerFor(target: Target, waitFor: WaitFor<Broker>): Promise<Broker>
  /** Reads metadata of topics, or of all; one missing topic is an error code in the answer, and spoils no other. */
  read(topics: readonly string[] | undefined, waitFor: WaitFor<Broker>): Promise<ClusterMetadata>
  forget(target: Target): void
}

const LEADERS_MAX_AGE_MS = 300_000
const BROKER_NOT_AVAILABLE = 8
const LEADER_NOT_AVAILABLE = 5

/** Makes a map that asks over the given connections. */
export function createClusterMap<Broker>(
  client: Pick<WireClient<Broker>, 'exchange'>,
  connections: Connections<Broker>,
): ClusterMap<Broker> {
  const leaders = new Map<string, { readonly nodes: ReadonlyMap<number, number>; readonly readAt: number }>()
  const coordinators = new Map<string, number>()

  async function read(topics: readonly string[] | undefined, waitFor: WaitFor<Broker>): Promise<ClusterMetadata> {
    const args = { topics: topics ?? [], allowAutoTopicCreation: false }
    const broker = await connections.any()
    waitFor(broker)
    const metadata = (await client.exchange(broker, 'Metadata', args, { parse: asIs })) as ClusterMetadata
    for (const node of metadata.brokers) connections.learn(node)
    for (const { topic, topicErrorCode, partitionMetadata } of metadata.topicMetadata) {
      const led = partitionMetadata.filter(({ leader }) => leader >= 0)
      const nodes = new Map(led.map(({ partitionId, leader }) => [partitionId, leader]))
      if (topicErrorCode === 0) leaders.set(topic, { nodes, readAt: Date.now() })
      else leaders.delete(topic)
    }
    return metadata
  }

  async function leaderOf(topic: string, partition: number, waitFor: WaitFor<Broker>): Promise<number> {
    const known = leaders.get(topic)
    const node = known && Date.now() - known.readAt < LEADERS_MAX_AGE_MS ? known.nodes.get(partition) : undefined
    if (node !== undefined) return node
    const { topicMetadata } = await read([topic], waitFor)
    const found = topicMetadata.find((one) => one.topic === topic)
    if (found && found.topicErrorCode !== 0) throw kafkaError(found.topicErrorCode)
    const description = found?.partitionMetadata.find(({ partitionId }) => partitionId === partition)
    if (description === undefined) {
      throw new TransportError('TOPIC_MISSING', missingTopic({ topic, partition }), { details: { topic, partition } })
    }
    if (description.leader < 0) throw kafkaError(description.partitionErrorCode || LEADER_NOT_AVAILABLE)
    return description.leader
  }

  async function coordinatorOf(groupId: string, waitFor: WaitFor<Broker>): Promise<number> {
    const known = coordinators.get(groupId)
    if (known !== undefined) return known
    const args = { groupId, coordinatorType: 0 }
    const broker = await connections.any()
    waitFor(broker)
    const { coordinator } = (await client.exchange(broker, 'GroupCoordinator', args, {})) as {
      coordinator: { nodeId: number; host: string; port: number }
    }
    connections.learn(coordinator)
    coordinators.set(groupId, coordinator.nodeId)
    return coordinator.nodeId
  }

  async function nodeOf(target: Exclude<Target, 'any'>, waitFor: WaitFor<Broker>): Promise<number> {
    if (target === 'controller') return (await read(undefined, waitFor)).controllerId
    if ('nodeId' in target) return target.nodeId
    if ('groupId' in target) return await coordinatorOf(target.groupId, waitFor)
    return await leaderOf(target.topic, target.partition, waitFor)
  }

  return {
    read,
    async brokerFor(target, waitFor) {
      if (target === 'any') return await connections.any()
      const address = connections.addressOf(await nodeOf(target, waitFor))
      if (address === undefined) throw kafkaError(BROKER_NOT_AVAILABLE)
      return await connections.at(address)
    },
    forget(target) {
      if (typeof target === 'string' || 'nodeId' in target) return
      if ('groupId' in target) coordinators.delete(target.groupId)
      else leaders.delete(target.topic)
    },
  }
}
