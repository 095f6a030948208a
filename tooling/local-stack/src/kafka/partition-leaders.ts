import { Kafka, logLevel } from 'kafkajs'

/** Who has a partition, by the ids of their brokers. */
export interface PartitionState {
  readonly partition: number
  /** The broker that takes appends and fetches; nothing while none leads. */
  readonly leader: number | undefined
  readonly replicas: readonly number[]
  /** The replicas that have all that is acknowledged. */
  readonly inSync: readonly number[]
}

/**
 * Makes a function that asks brokers for the partitions of a topic. It tries again for about half a minute while none
 * of them answers.
 */
export function createPartitionLeaders(
  brokers: readonly string[],
): (topic: string) => Promise<readonly PartitionState[]> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 5_000,
    retry: { retries: 10 },
  })
  return async (topic) => {
    // A new connection each time: one from before a broker's end would tell of that time, or nothing.
    const admin = kafka.admin()
    await admin.connect()
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      return (topics[0]?.partitions ?? [])
        .map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader: leader < 0 ? undefined : leader,
          replicas,
          inSync: isr,
        }))
        .sort((a, b) => a.partition - b.partition)
    } finally {
      await admin.disconnect()
    }
  }
}
