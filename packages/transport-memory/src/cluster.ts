import { randomUUID } from 'node:crypto'
import { type Acl, aclKey, type OutgoingBatch, type TopicSpec } from '@house-helper/events-core'
import { messageTooLarge, topicMissing } from './errors.ts'
import { createGroup, type Group } from './group.ts'
import { messageBytes, type Retention } from './partition-log.ts'
import { createTopic, logOf, type Topic } from './topic.ts'

/** The bytes that Kafka puts before the messages of a batch. */
const BATCH_OVERHEAD = 61

/** How an in-memory broker is made. */
export interface ClusterSettings {
  readonly clock: () => number
  readonly retention: Retention
  /** Partitions of a topic that is created when it is first named; undefined where a missing topic is an error. */
  readonly autoCreatePartitions: number | undefined
}

/** A cluster is the state behind a broker: topics, groups, and who waits for messages. */
export interface Cluster {
  readonly id: string
  /** A topic, or `TOPIC_MISSING`. */
  topic(name: string): Topic
  topics(): readonly Topic[]
  /** Creates a topic; false where it exists. */
  create(spec: TopicSpec): boolean
  /** Gives a topic more partitions, to `count` in all, and shares them among the groups that receive it. */
  extend(name: string, count: number): void
  /** The ACLs that were added. They are kept, and hold nobody back. */
  acls(): readonly Acl[]
  /** Adds ACLs; one that is there stays as it is. */
  addAcls(acls: readonly Acl[]): void
  append(batch: OutgoingBatch): number
  /** A group, with or without members. */
  group(groupId: string): Group
  /** The groups that have members or commits, sorted. */
  groupIds(): readonly string[]
  newMemberId(groupId: string): string
  /** Calls back after every append, until the returned function is called. */
  watch(wake: () => void): () => void
  /** Deletes a topic with what groups committed for it, and makes it again, empty and with a new id. */
  remake(name: string): void
  /** Empties every topic, forgets every commit and takes a new id. */
  recreate(): void
}

/** Makes a cluster without topics. */
export function createCluster(settings: ClusterSettings): Cluster {
  const topics = new Map<string, Topic>()
  const groups = new Map<string, Group>()
  const acls = new Map<string, Acl>()
  const watchers = new Set<() => void>()
  let id = randomUUID()
  let members = 0

  function create(spec: TopicSpec): boolean {
    if (topics.has(spec.name)) return false
    topics.set(spec.name, createTopic(spec, settings.retention))
    return true
  }

  function topic(name: string): Topic {
    const { autoCreatePartitions: partitions } = settings
    if (partitions !== undefined) create({ name, partitions, replicationFactor: 1, config: {} })
    const found = topics.get(name)
    if (found === undefined) throw topicMissing(name)
    return found
  }

  return {
    get id() {
      return id
    },
    topic,
    topics: () => [...topics.values()],
    create,
    extend(name, count) {
      topic(name).extend(count)
      for (const group of groups.values()) {
        if (group.members().some((member) => member.topics.includes(name))) void group.rebalance()
      }
    },
    acls: () => [...acls.values()],
    addAcls(added) {
      for (const acl of added) acls.set(aclKey(acl), acl)
    },
    append(batch) {
      const target = topic(batch.topic)
      const log = logOf(target, batch.partition)
      const bytes = batch.messages.reduce((sum, message) => sum + messageBytes(message), BATCH_OVERHEAD)
      if (bytes > target.maxMessageBytes) {
        throw messageTooLarge(batch.topic, batch.partition, bytes, target.maxMessageBytes)
      }
      const base = log.append(batch.messages, settings.clock())
      for (const wake of watchers) wake()
      return base
    },
    group(groupId) {
      const known = groups.get(groupId)
      if (known !== undefined) return known
      const group = createGroup(groupId, (name) => topic(name).logs.map((_, partition) => ({ topic: name, partition })))
      groups.set(groupId, group)
      return group
    },
    groupIds: () =>
      [...groups]
        .filter(([, group]) => group.description().state !== 'unknown')
        .map(([groupId]) => groupId)
        .sort(),
    newMemberId(groupId) {
      members += 1
      return `${groupId}-member-${members}`
    },
    watch(wake) {
      watchers.add(wake)
      return () => watchers.delete(wake)
    },
    remake(name) {
      topics.set(name, createTopic(topic(name).spec, settings.retention))
      for (const group of groups.values()) group.reset(name)
    },
    recreate() {
      id = randomUUID()
      for (const { spec } of topics.values()) topics.set(spec.name, createTopic(spec, settings.retention))
      for (const group of groups.values()) {
        group.reset()
        for (const member of group.members()) group.expel(member, 'the cluster was created anew')
      }
    },
  }
}
