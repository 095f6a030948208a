import {
  type Admin,
  type Domain,
  type TopicDescription,
  type TopicNames,
  type TopicSpec,
  topicNames,
} from '@house-helper/events-core'

/** What the topics are made for and of. */
export interface TopicPlanOptions {
  readonly domains: readonly Domain[]
  readonly topicPrefix: string
  /** Adds this group's inbox and dead-letter topics. */
  readonly groupId?: string | undefined
  /** Adds the sandbox topic of this name. */
  readonly sandbox?: string | undefined
  /** Default 3. */
  readonly partitions?: number
  /** Default 1. */
  readonly replicationFactor?: number
}

/** One topic that the contracts want, against what the cluster has. */
export interface PlannedTopic {
  readonly topic: string
  /** `create`: missing. `exists`: as wanted. `differs`: there, but otherwise; it is left alone. */
  readonly change: 'create' | 'exists' | 'differs'
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
  /** What the cluster has instead, one sentence each; empty unless the change is `differs`. */
  readonly differences: readonly string[]
}

/** Partitions of a topic where nothing else is asked for. */
export const DEFAULT_PARTITIONS = 3
/** Replication factor of a topic where nothing else is asked for. */
export const DEFAULT_REPLICATION_FACTOR = 1

/** What the headers of a delivery or dead letter take at most beside the original message, rounded up. */
const HEADER_BYTES = 16 * 1024
const MAX_BYTES = 'max.message.bytes'

/** The topics that domains need; with a group, its inbox and dead-letter topics; with a sandbox, its topic. */
export function wantedTopics(options: TopicPlanOptions): readonly TopicSpec[] {
  const { domains, topicPrefix, groupId, sandbox } = options
  const { partitions = DEFAULT_PARTITIONS, replicationFactor = DEFAULT_REPLICATION_FACTOR } = options
  const names = topicNames(topicPrefix)
  const spec = (name: string, config: TopicSpec['config'] = {}) => ({ name, partitions, replicationFactor, config })
  const sandboxes = sandbox === undefined ? [] : [spec(names.sandbox(sandbox))]
  return [
    ...domains.map((domain) => spec(names.domain(domain.name))),
    ...groupTopics(names, groupId, spec),
    ...sandboxes,
  ]
}

function groupTopics(
  names: TopicNames,
  groupId: string | undefined,
  spec: (name: string, config?: TopicSpec['config']) => TopicSpec,
): readonly TopicSpec[] {
  if (groupId === undefined) return []
  // A dead letter waits for a person, for however long that takes.
  return [spec(names.inbox(groupId)), spec(names.dead(groupId), { 'retention.ms': '-1' })]
}

/** Compares the wanted topics with those of the cluster; changes nothing. */
export async function planTopics(admin: Admin, wanted: readonly TopicSpec[]): Promise<readonly PlannedTopic[]> {
  const present = new Map(
    (await admin.describeTopics(wanted.map((topic) => topic.name))).map((topic) => [topic.name, topic]),
  )
  return Promise.all(wanted.map((spec) => planTopic(admin, spec, present.get(spec.name))))
}

async function planTopic(admin: Admin, spec: TopicSpec, is: TopicDescription | undefined): Promise<PlannedTopic> {
  const { name: topic, partitions, replicationFactor, config } = spec
  const planned = { topic, partitions, replicationFactor, config }
  if (is === undefined) return { ...planned, change: 'create', differences: [] }
  const differences = [...countDifferences(spec, is), ...(await configDifferences(admin, spec))]
  return { ...planned, change: differences.length === 0 ? 'exists' : 'differs', differences }
}

function countDifferences(spec: TopicSpec, is: TopicDescription): readonly string[] {
  const differences: string[] = []
  if (is.partitions !== spec.partitions) differences.push(`has ${is.partitions} partitions, not ${spec.partitions}`)
  if (is.replicationFactor !== spec.replicationFactor) {
    differences.push(`has replication factor ${is.replicationFactor}, not ${spec.replicationFactor}`)
  }
  return differences
}

async function configDifferences(admin: Admin, spec: TopicSpec): Promise<readonly string[]> {
  const settings = Object.keys(spec.config)
  if (settings.length === 0) return []
  const is = await admin.topicConfig(spec.name, settings)
  return settings
    .filter((setting) => is[setting] !== spec.config[setting])
    .map((setting) => `has ${setting}=${is[setting] ?? 'unknown'}, not ${spec.config[setting]}`)
}

/**
 * Gives a group's topics room for the headers of deliveries beside the largest message that the domain topics take.
 * Otherwise such a message could not become a dead letter.
 */
export async function withRoomForHeaders(
  admin: Admin,
  groupTopics: readonly TopicSpec[],
  domainTopics: readonly TopicSpec[],
): Promise<readonly TopicSpec[]> {
  if (groupTopics.length === 0) return []
  const configs = await Promise.all(domainTopics.map(({ name }) => admin.topicConfig(name, [MAX_BYTES])))
  const largest = Math.max(...configs.map((config) => Number(config[MAX_BYTES])))
  // A broker that does not know the setting does not hold it either.
  if (!Number.isSafeInteger(largest)) return groupTopics
  return groupTopics.map((topic) => ({
    ...topic,
    config: { ...topic.config, [MAX_BYTES]: `${largest + HEADER_BYTES}` },
  }))
}

/** The topics of a plan that are to be created. */
export function topicsToCreate(plan: readonly PlannedTopic[]): readonly TopicSpec[] {
  return plan
    .filter(({ change }) => change === 'create')
    .map(({ topic: name, partitions, replicationFactor, config }) => ({ name, partitions, replicationFactor, config }))
}
