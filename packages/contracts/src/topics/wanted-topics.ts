import { type TopicNames, topicNames } from '@house-helper/events-core'
import type { EnvironmentTopics } from '../environment/environment.ts'
import { type TopicSettings, topicConfigOf } from '../environment/topic-settings.ts'

/** Partitions of a new topic where nothing else is asked for. */
export const DEFAULT_PARTITIONS = 3
/** Replication factor of a new topic where nothing else is asked for. */
export const DEFAULT_REPLICATION_FACTOR = 1

/** What a topic is for. */
export type TopicKind = 'domain' | 'inbox' | 'dead' | 'sandbox'

/** A topic that the contracts want. */
export interface WantedTopic {
  readonly name: string
  readonly kind: TopicKind
  /** Undefined: a topic that exists keeps its own number. */
  readonly partitions: number | undefined
  /** Undefined: a topic that exists keeps its own. */
  readonly replicationFactor: number | undefined
  /** Kafka's names and values. Settings that are not named are not looked at. */
  readonly config: Readonly<Record<string, string>>
}

/** What topics are wanted for. */
export interface WantedTopicsOptions {
  readonly topicPrefix: string
  /** Names of domains. */
  readonly domains: readonly string[]
  /** Groups whose inbox and dead-letter topics are wanted. */
  readonly groups?: readonly string[]
  readonly sandboxes?: readonly string[]
  /** Default: nothing is said about any topic. */
  readonly topics?: EnvironmentTopics
}

const nothingSaid: EnvironmentTopics = { all: {}, domains: {}, inbox: {}, dead: {} }

/** The topics that domains, groups and sandboxes need, with the settings that an environment gives them. */
export function wantedTopics(options: WantedTopicsOptions): readonly WantedTopic[] {
  const { topicPrefix, domains, groups = [], sandboxes = [], topics = nothingSaid } = options
  const names = topicNames(topicPrefix)
  const { all } = topics
  return [
    ...domains.map((domain) => wanted(names.domain(domain), 'domain', { ...all, ...topics.domains[domain] })),
    ...[...new Set(groups)].flatMap((group) => groupTopics(names, group, topics)),
    ...sandboxes.map((name) => wanted(names.sandbox(name), 'sandbox', all)),
  ]
}

function groupTopics(names: TopicNames, group: string, { all, inbox, dead }: EnvironmentTopics): WantedTopic[] {
  return [
    wanted(names.inbox(group), 'inbox', { ...all, ...inbox }),
    // A dead letter waits for a person, for however long that takes.
    wanted(names.dead(group), 'dead', { ...all, retention: 'forever', ...dead }),
  ]
}

function wanted(name: string, kind: TopicKind, settings: TopicSettings): WantedTopic {
  const { partitions, replicationFactor } = settings
  return { name, kind, partitions, replicationFactor, config: topicConfigOf(settings) }
}
