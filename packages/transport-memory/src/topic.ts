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
}

/** Makes an empty topic; its own `retention.bytes` goes before the broker's bound. */
export function createTopic(spec: TopicSpec, retention: Retention): Topic {
  const config = { ...kafkaDefaults, ...spec.config }
  const ownBytes = Number(config['retention.bytes'])
  const bound = ownBytes > 0 ? { ...retention, maxBytes: ownBytes } : retention
  return {
    id: randomUUID(),
    spec,
    config,
    maxMessageBytes: Number(config['max.message.bytes']),
    logs: Array.from({ length: spec.partitions }, () => createPartitionLog(bound)),
  }
}

/** One partition's log, or `TOPIC_MISSING`. */
export function logOf(topic: Topic, partition: number): PartitionLog {
  const log = topic.logs[partition]
  if (log === undefined) throw topicMissing(topic.spec.name, partition)
  return log
}
