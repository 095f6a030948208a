import { randomUUID } from 'node:crypto'
import type { TopicSpec } from '@house-helper/events-core'
import { topicMissing } from './errors.ts'
import { createPartitionLog, type PartitionLog, type Retention } from './partition-log.ts'

/** A topic with its partitions. */
export interface Topic {
  /** Another one each time that a topic of this name is made. */
  readonly id: string
  readonly spec: TopicSpec
  readonly logs: readonly PartitionLog[]
  /** Adds empty partitions, to `count` in all. */
  extend(count: number): void
  /** Sets settings and leaves the others as they are. */
  configure(settings: Readonly<Record<string, string>>): void
  /** The largest batch that is taken, in bytes. */
  readonly maxMessageBytes: number
  /** The settings in effect: those given, else Kafka's defaults. */
  readonly config: Readonly<Record<string, string>>
}

/** Kafka's own defaults for what the packages ask about. Source: Kafka 4.1, topic configs. */
const kafkaDefaults: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'min.insync.replicas': '1',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
}

/** Whether Kafka's topics have a setting of this name, as far as the packages ask about it. */
export function isTopicSetting(name: string): boolean {
  return name in kafkaDefaults
}

/** Makes an empty topic; its own `retention.bytes` goes before the broker's bound. */
export function createTopic(spec: TopicSpec, retention: Retention): Topic {
  const config: Record<string, string> = { ...kafkaDefaults, ...spec.config }
  const logs: PartitionLog[] = []
  const extend = (count: number): void => {
    const ownBytes = Number(config['retention.bytes'])
    const bound = ownBytes > 0 ? { ...retention, maxBytes: ownBytes } : retention
    while (logs.length < count) logs.push(createPartitionLog(bound))
  }
  extend(spec.partitions)
  return {
    id: randomUUID(),
    spec,
    config,
    get maxMessageBytes() {
      return Number(config['max.message.bytes'])
    },
    logs,
    extend,
    configure: (settings) => void Object.assign(config, settings),
  }
}

/** One partition's log, or `TOPIC_MISSING`. */
export function logOf(topic: Topic, partition: number): PartitionLog {
  const log = topic.logs[partition]
  if (log === undefined) throw topicMissing(topic.spec.name, partition)
  return log
}
