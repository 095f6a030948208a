import type { Admin, CommittedPosition, TopicDescription } from '@house-helper/events-core'
import type { Cluster } from './cluster.ts'
import { protocol } from './errors.ts'
import { isTopicSetting, type Topic } from './topic.ts'
import { turn } from './turn.ts'

/** Makes the admin of a cluster. `assertOpen` throws once the transport is closed. */
export function createAdmin(cluster: Cluster, assertOpen: () => void): Admin {
  async function ask<Answer>(answer: () => Answer): Promise<Answer> {
    assertOpen()
    await turn()
    assertOpen()
    return answer()
  }
  return {
    clusterId: () => ask(() => cluster.id),
    describeTopics: (names) =>
      ask(() => {
        const topics = cluster.topics().map(describe)
        return names === undefined ? topics : topics.filter(({ name }) => names.includes(name))
      }),
    topicIds: (names) =>
      ask(() => {
        const named = cluster.topics().filter(({ spec }) => names.includes(spec.name))
        return new Map(named.map(({ id, spec }) => [spec.name, id]))
      }),
    topicConfig: (topic, settings) =>
      ask(() => {
        const { config } = cluster.topic(topic)
        return Object.fromEntries(Object.entries(config).filter(([name]) => settings.includes(name)))
      }),
    createTopics: (specs) =>
      ask(() => {
        for (const { name, partitions } of specs) {
          if (!Number.isSafeInteger(partitions) || partitions < 1) {
            throw protocol(`INVALID_PARTITIONS: the topic ${name} cannot have ${partitions} partitions.`, { name })
          }
        }
        return specs.filter((spec) => cluster.create(spec)).map(({ name }) => name)
      }),
    alterTopicConfig: (topic, config) =>
      ask(() => {
        const wrong = Object.keys(config).find((name) => !isTopicSetting(name))
        if (wrong !== undefined) throw protocol(`INVALID_CONFIG: ${topic} has no setting ${wrong}.`, { topic })
        cluster.topic(topic).configure(config)
      }),
    addPartitions: (topic, count) => ask(() => addPartitions(cluster, topic, count)),
    acls: () => ask(() => cluster.acls()),
    createAcls: (acls) => ask(() => cluster.addAcls(acls)),
    ranges: (topics) =>
      ask(() =>
        topics.flatMap((topic) =>
          cluster.topic(topic).logs.map(({ low, high }, partition) => ({ topic, partition, low, high })),
        ),
      ),
    committed: (groupId, topics) => ask(() => committed(cluster, groupId, topics)),
    groupIds: () => ask(() => cluster.groupIds()),
    describeGroup: (groupId) => ask(() => cluster.group(groupId).description()),
  }
}

function addPartitions(cluster: Cluster, topic: string, count: number): void {
  const { length } = cluster.topic(topic).logs
  if (!Number.isSafeInteger(count) || count <= length) {
    throw protocol(
      `INVALID_PARTITIONS: the topic ${topic} has ${length} partitions already, not fewer than ${count}.`,
      {
        topic,
      },
    )
  }
  cluster.extend(topic, count)
}

function describe({ spec, logs }: Topic): TopicDescription {
  return { name: spec.name, partitions: logs.length, replicationFactor: spec.replicationFactor }
}

function committed(cluster: Cluster, groupId: string, topics: readonly string[]): readonly CommittedPosition[] {
  return cluster
    .group(groupId)
    .committed()
    .filter(({ topic }) => topics.includes(topic))
}
