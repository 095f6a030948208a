import type { Admin, CommittedPosition, TopicDescription } from '@house-helper/events-core'
import { acls, createAcls } from './acls.ts'
import { describeGroup, groupIds } from './groups.ts'
import { ranges } from './ranges.ts'
import { alterTopicConfig, topicConfig } from './topic-config.ts'
import { addPartitions, createTopics } from './topic-creation.ts'
import { ADMIN_TIMEOUT_MS, requireTopics, topicsOf, UNKNOWN_TOPIC } from './topic-metadata.ts'
import type { Wire } from './wire/wire.ts'

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
    alterTopicConfig: async (topic, config) => await alterTopicConfig(wire, topic, config),
    addPartitions: async (topic, count) => await addPartitions(wire, topic, count),
    acls: async () => await acls(wire, ADMIN_TIMEOUT_MS),
    createAcls: async (added) => await createAcls(wire, added, ADMIN_TIMEOUT_MS),
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
