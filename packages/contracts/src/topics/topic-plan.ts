import { topicNames } from '@house-helper/events-core'
import { type Caution, cautionOf, type Permission } from './setting-rule.ts'
import { DEFAULT_PARTITIONS, DEFAULT_REPLICATION_FACTOR, type TopicKind, type WantedTopic } from './wanted-topics.ts'

/** A topic as the cluster has it. */
export interface ActualTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** The settings in effect, as far as they were asked for. */
  readonly config: Readonly<Record<string, string>>
}

/** One thing in which a topic is not as wanted. */
export interface TopicDifference {
  /** `partitions`, `replicationFactor`, or the name of a setting. */
  readonly what: string
  readonly from: string
  readonly to: string
  /** `yes`: can be made; a permission: only with it; `never`: not by this program. */
  readonly allowed: 'yes' | 'never' | Permission
  /** What to know about it. */
  readonly why?: string
}

/**
 * One topic, wanted against actual. `create`: missing. `change`: something differs. `matches`: as wanted. `extra`: under
 * the prefix and not wanted here; it is left alone.
 */
export interface PlannedTopic {
  readonly topic: string
  readonly change: 'create' | 'change' | 'matches' | 'extra'
  /** Undefined: none that the contracts know. */
  readonly kind: TopicKind | undefined
  /** Of a topic that exists: its own, else as it is to be made. */
  readonly partitions: number
  readonly replicationFactor: number
  /** What the settings are to be. */
  readonly config: Readonly<Record<string, string>>
  readonly differences: readonly TopicDifference[]
}

/** Compares what is wanted with what there is. `actual` may hold other topics; those under the prefix are named. */
export function planTopics(
  wanted: readonly WantedTopic[],
  actual: readonly ActualTopic[],
  topicPrefix: string,
): readonly PlannedTopic[] {
  const present = new Map(actual.map((topic) => [topic.name, topic]))
  const names = new Set(wanted.map(({ name }) => name))
  const roomy = withRoomForHeaders(wanted, present)
  const extra = actual.filter(({ name }) => name.startsWith(`${topicPrefix}.`) && !names.has(name))
  return [
    ...roomy.map((topic) => planTopic(topic, present.get(topic.name))),
    ...extra.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((topic) => extraTopic(topic, topicPrefix)),
  ]
}

function planTopic(wanted: WantedTopic, is: ActualTopic | undefined): PlannedTopic {
  const { name: topic, kind, config } = wanted
  if (is === undefined) {
    const { partitions = DEFAULT_PARTITIONS, replicationFactor = DEFAULT_REPLICATION_FACTOR } = wanted
    return { topic, change: 'create', kind, partitions, replicationFactor, config, differences: [] }
  }
  const differences = [...partitionChanges(wanted, is), ...replicaChanges(wanted, is), ...settingChanges(wanted, is)]
  const { partitions, replicationFactor } = is
  const change = differences.length === 0 ? 'matches' : 'change'
  return { topic, change, kind, partitions, replicationFactor, config, differences }
}

function partitionChanges({ partitions: to }: WantedTopic, { partitions: from }: ActualTopic): TopicDifference[] {
  if (to === undefined || to === from) return []
  const change = { what: 'partitions', from: String(from), to: String(to) }
  if (to < from) {
    return [{ ...change, allowed: 'never', why: 'Kafka takes no partition away: their messages would be lost' }]
  }
  const why = 'keys move to other partitions, so that one key’s events are in two and lose their order at that moment'
  return [{ ...change, allowed: 'addPartitions', why }]
}

function replicaChanges(
  { replicationFactor: to }: WantedTopic,
  { replicationFactor: from }: ActualTopic,
): TopicDifference[] {
  if (to === undefined || to === from) return []
  const why = 'replicas are moved between brokers, which is for kafka-reassign-partitions.sh'
  return [{ what: 'replicationFactor', from: String(from), to: String(to), allowed: 'never', why }]
}

function settingChanges(wanted: WantedTopic, is: ActualTopic): TopicDifference[] {
  return Object.entries(wanted.config)
    .filter(([setting, to]) => is.config[setting] !== to && !isLargeEnough(wanted, setting, is.config[setting]))
    .map(([what, to]) => {
      const from = is.config[what] ?? 'unknown'
      const caution = cautionOf(what, from, to) ?? beyondReplicas(what, to, is)
      return { what, from, to, ...allowance(caution) }
    })
}

function beyondReplicas(
  what: string,
  to: string,
  { replicationFactor }: ActualTopic,
): (Caution & { never: true }) | undefined {
  if (what !== 'min.insync.replicas' || Number(to) <= replicationFactor) return undefined
  return { never: true, why: `with replication factor ${replicationFactor} nothing could be published any more` }
}

function allowance(caution: (Caution & { never?: true }) | undefined): Pick<TopicDifference, 'allowed' | 'why'> {
  if (caution === undefined) return { allowed: 'yes' }
  return { allowed: caution.never ? 'never' : (caution.needs ?? 'yes'), why: caution.why }
}

function extraTopic({ name: topic, partitions, replicationFactor }: ActualTopic, topicPrefix: string): PlannedTopic {
  const kind = kindOf(topic, topicPrefix)
  return { topic, change: 'extra', kind, partitions, replicationFactor, config: {}, differences: [] }
}

/** What a topic's name says that it is for. */
function kindOf(topic: string, topicPrefix: string): TopicKind | undefined {
  const { deadGroupOf, inboxGroupOf } = topicNames(topicPrefix)
  if (deadGroupOf(topic) !== undefined) return 'dead'
  if (inboxGroupOf(topic) !== undefined) return 'inbox'
  return topic.startsWith(`${topicPrefix}.sandbox.`) ? 'sandbox' : undefined
}

/** What the headers of a delivery or dead letter take at most beside the original message, rounded up. */
export const HEADER_BYTES: number = 16 * 1024
/** The setting that says how large a batch a topic takes. */
export const MAX_BYTES = 'max.message.bytes'

/**
 * Gives a group's topics room for the headers of deliveries beside the largest message that the domain topics take, or
 * will take. Otherwise such a message could not become a dead letter.
 */
function withRoomForHeaders(
  wanted: readonly WantedTopic[],
  present: ReadonlyMap<string, ActualTopic>,
): readonly WantedTopic[] {
  const sizes = wanted
    .filter(({ kind }) => kind === 'domain')
    .map(({ name, config }) => Number(config[MAX_BYTES] ?? present.get(name)?.config[MAX_BYTES]))
    .filter(Number.isSafeInteger)
  // Of topics that do not exist nobody knows it yet: what creates them plans again when they are there.
  if (sizes.length === 0) return wanted
  const least = Math.max(...sizes) + HEADER_BYTES
  return wanted.map((topic) => {
    if (!takesHeaders(topic)) return topic
    const own = Number(topic.config[MAX_BYTES] ?? 0)
    return { ...topic, config: { ...topic.config, [MAX_BYTES]: String(Math.max(own, least)) } }
  })
}

function takesHeaders({ kind }: WantedTopic): boolean {
  return kind === 'inbox' || kind === 'dead' || kind === 'sandbox'
}

/** Room for headers is a least: more of it does no harm. */
function isLargeEnough(topic: WantedTopic, setting: string, is: string | undefined): boolean {
  return setting === MAX_BYTES && takesHeaders(topic) && Number(is) >= Number(topic.config[MAX_BYTES])
}

/** Whether a change may be made with these permissions. */
export function mayChange({ allowed }: TopicDifference, permissions: ReadonlySet<Permission>): boolean {
  return allowed === 'yes' || (allowed !== 'never' && permissions.has(allowed))
}
