import {
  type Admin,
  type CommittedPosition,
  isHouseHelperError,
  type TopicDescription,
  TransportError,
} from '@house-helper/events-core'
import type { ClusterMetadata, TopicMetadata } from './client/cluster-map.ts'
import { pause } from './client/deadline.ts'
import { asIs } from './client/exchange.ts'
import { kafkajsInternals } from './client/kafkajs-internals.ts'
import type { Wire } from './client/wire.ts'
import { toTransportError } from './client/wire-errors.ts'
import { describeGroup, groupIds } from './groups.ts'
import { nextOffsets, ranges } from './ranges.ts'
import { ADMIN_TIMEOUT_MS, requireTopics, topicsOf, UNKNOWN_TOPIC } from './topic-metadata.ts'

const TOPIC_RESOURCE = 2
const TOPIC_EXISTS = 36
const LEADER_CHECK_MS = 50

/** Makes the admin of a transport over its wire. */
export function createAdmin(wire: Wire): Admin {
  return {
    clusterId: async () => (await wire.metadata(undefined, ADMIN_TIMEOUT_MS)).clusterId,
    describeTopics: async (names) => await describeTopics(wire, names),
    topicIds: async (names) => (names.length === 0 ? new Map() : await wire.topicIds(names, ADMIN_TIMEOUT_MS)),
    topicConfig: async (topic, settings) => await topicConfig(wire, topic, settings),
    createTopics: async (topics) => await createTopics(wire, topics),
    ranges: async (topics) => await ranges(wire, topics),
    committed: async (groupId, topics) => await committed(wire, groupId, topics),
    groupIds: async () => await groupIds(wire, ADMIN_TIMEOUT_MS),
    describeGroup: async (groupId) => await describeGroup(wire, groupId, ADMIN_TIMEOUT_MS),
  }
}

async function describeTopics(wire: Wire, names?: readonly string[]): Promise<TopicDescription[]> {
  return (await topicsOf(wire, names))
    .filter(({ topicErrorCode, isInternal }) => topicErrorCode !== UNKNOWN_TOPIC && !isInternal)
    .map(({ topic, partitionMetadata }) => ({
      name: topic,
      partitions: partitionMetadata.length,
      replicationFactor: partitionMetadata[0]?.replicas.length ?? 0,
    }))
}

async function topicConfig(wire: Wire, topic: string, settings: readonly string[]): Promise<Record<string, string>> {
  const resources = [{ type: TOPIC_RESOURCE, name: topic, configNames: [...settings] }]
  const request = {
    target: 'any',
    api: 'DescribeConfigs',
    args: { resources },
    place: { topic, right: 'DescribeConfigs' },
  } as const
  const answer = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as {
    resources: { configEntries: { configName: string; configValue: string | null }[] }[]
  }
  const entries = answer.resources[0]?.configEntries ?? []
  return Object.fromEntries(
    entries
      .filter(({ configName, configValue }) => configValue !== null && settings.includes(configName))
      .map(({ configName, configValue }) => [configName, configValue as string]),
  )
}

async function createTopics(wire: Wire, topics: Parameters<Admin['createTopics']>[0]): Promise<string[]> {
  if (topics.length === 0) return []
  const args = {
    timeout: ADMIN_TIMEOUT_MS,
    topics: topics.map(({ name, partitions, replicationFactor, config }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(config).map(([setting, value]) => ({ name: setting, value })),
    })),
  }
  const request = { target: 'controller', api: 'CreateTopics', args, parse: asIs } as const
  const { topicErrors } = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as {
    topicErrors: { topic: string; errorCode: number; errorMessage?: string | null }[]
  }
  const failed = topicErrors.find(({ errorCode }) => errorCode !== 0 && errorCode !== TOPIC_EXISTS)
  if (failed) throw creationError(wire, failed)
  const created = topicErrors.filter(({ errorCode }) => errorCode === 0).map(({ topic }) => topic)
  await untilLed(wire, created)
  return created
}

function creationError(
  wire: Wire,
  failed: { topic: string; errorCode: number; errorMessage?: string | null },
): TransportError {
  const error = kafkajsInternals().createErrorFromCode(failed.errorCode)
  if (failed.errorMessage) error.message = failed.errorMessage
  return toTransportError(error, wire.place({ topic: failed.topic, right: 'Create' }))
}

/** Waits until every partition of new topics has a leader and every broker knows them, so that whoever comes next can use them. */
async function untilLed(wire: Wire, names: readonly string[]): Promise<void> {
  const end = performance.now() + ADMIN_TIMEOUT_MS
  while (!(await areLed(wire, names, end - performance.now()))) {
    if (performance.now() > end) {
      throw new TransportError(
        'TIMEOUT',
        `The new topics ${names.join(', ')} have no leaders after ${ADMIN_TIMEOUT_MS} ms.`,
        { canRetry: true },
      )
    }
    await pause(LEADER_CHECK_MS)
  }
}

async function areLed(wire: Wire, names: readonly string[], timeoutMs: number): Promise<boolean> {
  if (names.length === 0) return true
  const { brokers, topicMetadata } = await wire.metadata(names, timeoutMs)
  if (!topicMetadata.every(isLed)) return false
  try {
    // Metadata names a leader before the leader itself knows; only an answer of its own proves that it does.
    await nextOffsets(wire, topicMetadata, timeoutMs)
  } catch (error) {
    if (isHouseHelperError(error) && error.canRetry) return false
    throw error
  }
  const known = await Promise.all(brokers.map(({ nodeId }) => isKnownTo(wire, nodeId, names, timeoutMs)))
  return known.every(Boolean)
}

function isLed({ topicErrorCode, partitionMetadata }: TopicMetadata): boolean {
  return topicErrorCode === 0 && partitionMetadata.every(({ leader }) => leader >= 0)
}

/** Brokers learn of a topic one after the other. One that can't be asked tells nobody else that the topic is missing. */
async function isKnownTo(wire: Wire, nodeId: number, names: readonly string[], timeoutMs: number): Promise<boolean> {
  const args = { topics: names, allowAutoTopicCreation: false }
  const request = { target: { nodeId }, api: 'Metadata', args, parse: asIs } as const
  try {
    const { topicMetadata } = (await wire.once(request, timeoutMs)) as ClusterMetadata
    return topicMetadata.every(isLed)
  } catch (error) {
    if (isHouseHelperError(error) && error.canRetry) return true
    throw error
  }
}

async function committed(wire: Wire, groupId: string, topics: readonly string[]): Promise<CommittedPosition[]> {
  const metadata = await requireTopics(wire, topics)
  const wanted = metadata.map(({ topic, partitionMetadata }) => ({
    topic,
    partitions: partitionMetadata.map(({ partitionId }) => ({ partition: partitionId })),
  }))
  return await committedPositions(wire, groupId, wanted, ADMIN_TIMEOUT_MS)
}

/** Asks a group's coordinator what is committed; partitions without a commit are left out. */
export async function committedPositions(
  wire: Wire,
  groupId: string,
  topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[],
  timeoutMs: number,
): Promise<CommittedPosition[]> {
  if (topics.length === 0) return []
  const request = { target: { groupId }, api: 'OffsetFetch', args: { groupId, topics }, place: { groupId } } as const
  const { responses } = (await wire.retrying(request, timeoutMs)) as {
    responses: { topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[]
  }
  return responses.flatMap(({ topic, partitions }) =>
    partitions
      .filter(({ offset }) => Number(offset) >= 0)
      .map(({ partition, offset, metadata }) => ({
        topic,
        partition,
        offset: Number(offset),
        metadata: metadata ?? '',
      })),
  )
}
