import { TransportError } from '@house-helper/events-core'
import type { TopicMetadata } from './wire/cluster-map.ts'
import { kafkaError } from './wire/kafka-errors.ts'
import type { Wire } from './wire/wire.ts'
import { missingTopic } from './wire/wire-errors.ts'

/** How long each call of the admin tries, in milliseconds. */
export const ADMIN_TIMEOUT_MS = 15_000

/** The error code of a topic that is not there. */
export const UNKNOWN_TOPIC = 3
const LEADER_NOT_AVAILABLE = 5

/** Metadata of topics; throws where one of them may not be described. A missing one keeps its error code. */
export async function topicsOf(
  wire: Wire,
  names?: readonly string[],
  timeoutMs: number = ADMIN_TIMEOUT_MS,
): Promise<readonly TopicMetadata[]> {
  // To Kafka an empty list of names means all topics.
  if (names?.length === 0) return []
  const { topicMetadata } = await wire.metadata(names, timeoutMs)
  for (const { topic, topicErrorCode } of topicMetadata) {
    if ([0, UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE].includes(topicErrorCode)) continue
    throw wire.errorOf(kafkaError(topicErrorCode), { topic })
  }
  return topicMetadata
}

/** Metadata of topics; throws `TOPIC_MISSING` or `NOT_AUTHORIZED` where one of them cannot be used. */
export async function requireTopics(
  wire: Wire,
  topics: readonly string[],
  timeoutMs: number = ADMIN_TIMEOUT_MS,
): Promise<readonly TopicMetadata[]> {
  const metadata = await topicsOf(wire, topics, timeoutMs)
  const missing = metadata.filter(({ topicErrorCode }) => topicErrorCode === UNKNOWN_TOPIC).map(({ topic }) => topic)
  if (missing.length === 0) return metadata
  throw new TransportError('TOPIC_MISSING', missingTopic({ topics: missing }), { details: { topics: missing } })
}
