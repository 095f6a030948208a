import type { ConnectionSettings } from '@house-helper/transport-kafkajs'
import { Admin, type BrokerLogDirDescription, findErrorBy } from '@platformatic/kafka'
import { brokerSettings } from './broker-settings.ts'
import { EventLoggerError } from './errors.ts'

/** How many bytes a topic-partition takes on disk: of its replicas the largest, so that replication doesn't count. */
export interface PartitionSize {
  readonly topic: string
  readonly partition: number
  readonly bytes: number
}

/** Asks brokers for the sizes of topics. */
export interface TopicSizes {
  /**
   * Measures every partition of these topics.
   *
   * @throws EventLoggerError `TOPIC_SIZES_REFUSED` without the right Describe on the cluster; the client's own errors
   * where a broker cannot be asked.
   */
  measure(topics: readonly { readonly name: string; readonly partitions: number }[]): Promise<readonly PartitionSize[]>
  close(): Promise<void>
}

/**
 * Makes a client for topic sizes. It connects when it is first asked.
 *
 * kafkajs has no DescribeLogDirs request, so this alone is done with another client, over the same settings.
 */
export function createTopicSizes(connection: ConnectionSettings): TopicSizes {
  const admin = new Admin({
    ...brokerSettings(connection),
    clientId: `${connection.clientId}-topic-sizes`,
    connectTimeout: 5_000,
    requestTimeout: 10_000,
    // The next turn of the timer is the retry.
    retries: 0,
  })
  return {
    measure: async (topics) => {
      if (topics.length === 0) return []
      const wanted = topics.map(({ name, partitions }) => ({ name, partitions: [...Array(partitions).keys()] }))
      try {
        return largestReplicas(await admin.describeLogDirs({ topics: wanted }))
      } catch (error) {
        throw isRefusal(error) ? refused(connection, error) : error
      }
    },
    close: () => admin.close(),
  }
}

/** Reads sizes from what the brokers say about their folders. */
export function largestReplicas(brokers: readonly BrokerLogDirDescription[]): readonly PartitionSize[] {
  const sizes = new Map<string, PartitionSize>()
  const topics = brokers.flatMap(({ results }) => results).flatMap((result) => result.topics)
  for (const { name: topic, partitions } of topics) {
    for (const { partitionIndex: partition, partitionSize, isFutureKey } of partitions) {
      // A future replica is the copy that a move between disks is still writing.
      if (isFutureKey) continue
      const key = `${topic}/${partition}`
      const bytes = Math.max(Number(partitionSize), sizes.get(key)?.bytes ?? 0)
      sizes.set(key, { topic, partition, bytes })
    }
  }
  return [...sizes.values()]
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && findErrorBy(error, 'apiId', 'CLUSTER_AUTHORIZATION_FAILED') !== null
}

function refused({ sasl }: ConnectionSettings, cause: unknown): EventLoggerError {
  const user = sasl === undefined ? 'this client' : `the user ${sasl.username}`
  return new EventLoggerError(
    'TOPIC_SIZES_REFUSED',
    `Kafka tells ${user} no topic sizes: the ACL Describe on Cluster is missing; grant it, or go without them.`,
    { cause },
  )
}
