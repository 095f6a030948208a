import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import type { BenchStack } from './measure.ts'

const LEADERS_WITHIN_MS = 30_000

/** Creates topics and waits until each partition has a leader. */
export async function createTopics(stack: BenchStack, topics: readonly string[], partitions: number): Promise<void> {
  await withAdmin(stack, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
    })
    // kafkajs's own wait fails where the broker has not heard of the topic yet.
    const deadline = performance.now() + LEADERS_WITHIN_MS
    while (!(await haveLeaders(admin, topics))) {
      if (performance.now() > deadline)
        throw new Error(`${topics.join(', ')} have no leaders after ${LEADERS_WITHIN_MS} ms`)
      await sleep(20)
    }
  })
}

async function haveLeaders(admin: Admin, topics: readonly string[]): Promise<boolean> {
  try {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] })
    return found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  } catch (error) {
    if ((error as { retriable?: boolean }).retriable) return false
    throw error
  }
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
