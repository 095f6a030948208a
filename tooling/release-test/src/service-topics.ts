import { topicNames } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'

/** Creates the topics of a service with a prefix and a group of its own; returns the settings that lead it there. */
export async function createServiceTopics(): Promise<NodeJS.ProcessEnv> {
  if (!process.env.KAFKA_BROKERS)
    throw new Error('KAFKA_BROKERS is not set: run this with `pnpm test` or `pnpm test:release`.')
  const topicPrefix = `test-${crypto.randomUUID()}`
  const groupId = `outside-${crypto.randomUUID()}`
  const names = topicNames(topicPrefix)
  const topics = [names.domain('tasks'), names.inbox(groupId), names.dead(groupId)]
  await using transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix })
  await transport.admin.createTopics(topics.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })))
  return { KAFKA_TOPIC_PREFIX: topicPrefix, KAFKA_GROUP_ID: groupId }
}
