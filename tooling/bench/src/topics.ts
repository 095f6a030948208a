import { Kafka, logLevel } from 'kafkajs'
import type { BenchStack } from './measure.ts'

/** Creates topics and waits until each partition has a leader. */
export async function createTopics(stack: BenchStack, topics: readonly string[], partitions: number): Promise<void> {
  await withAdmin(stack, async (admin) => {
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
    })
  })
}

/** Deletes topics, so that a long run does not fill the disk. */
export async function dropTopics(stack: BenchStack, topics: readonly string[]): Promise<void> {
  await withAdmin(stack, (admin) => admin.deleteTopics({ topics: [...topics] }))
}

async function withAdmin(stack: BenchStack, use: (admin: ReturnType<Kafka['admin']>) => Promise<void>): Promise<void> {
  const admin = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await use(admin)
  } finally {
    await admin.disconnect()
  }
}
