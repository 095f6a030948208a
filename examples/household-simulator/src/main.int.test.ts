import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { expect, it } from 'vitest'

const topicPrefix = `test-${randomUUID()}`
const names = ['bills', 'households', 'laundry', 'notifications', 'shopping', 'tasks', 'timers', 'users']
const topics = names.map((name) => `${topicPrefix}.${name}`)

it('publishes through Kafka as its environment says, and ends with code 0 on SIGTERM', async () => {
  if (!process.env.KAFKA_BROKERS) throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`.')
  await using transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix })
  await transport.admin.createTopics(topics.map((name) => ({ name, partitions: 3, replicationFactor: 1, config: {} })))
  const { code, closed } = await runUntilProgress({ SIMULATOR_RATE: '50', SIMULATOR_HOUSEHOLDS: '5' })
  expect(code).toBe(0)
  expect(closed.inFlight).toBe(0)
  const ranges = await transport.admin.ranges(topics)
  expect(ranges.reduce((sum, { low, high }) => sum + high - low, 0)).toBe(closed.published)
  expect(closed.published).toBeGreaterThan(0)
})

interface Progress {
  readonly event: string
  readonly published: number
  readonly inFlight: number
}

/** Runs the simulator as a process until it has published something, then asks it to end. */
async function runUntilProgress(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; closed: Progress }> {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--conditions=@house-helper/source', main], {
    env: { ...process.env, ...env, KAFKA_TOPIC_PREFIX: topicPrefix },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = once(child, 'close', { signal: AbortSignal.timeout(25_000) }) as Promise<[number | null]>
  try {
    let last: Progress = { event: 'none', published: 0, inFlight: 0 }
    for await (const line of createInterface({ input: child.stdout, signal: AbortSignal.timeout(25_000) })) {
      last = JSON.parse(line) as Progress
      if (last.event === 'progress' && last.published > 0) child.kill('SIGTERM')
    }
    const [code] = await end
    return { code, closed: last }
  } finally {
    child.kill('SIGKILL')
  }
}
