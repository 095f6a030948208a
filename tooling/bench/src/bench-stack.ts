import { startStack } from '@house-helper/local-stack'
import type { BenchStack } from './measure.ts'

/** Runs cases on a real Kafka and MongoDB of their own, tuned for throughput, and ends both afterwards. */
export async function onBenchStack(events: number, run: (stack: BenchStack) => Promise<void>): Promise<void> {
  const stack = await startStack({
    tunedFor: 'throughput',
    onProgress: ({ server, step }) => console.error(`${server}: ${step}`),
  })
  try {
    const { kafka, mongodb } = stack
    if (kafka.kind === 'memory') throw new Error(`The benchmarks need a real Kafka: ${kafka.why}`)
    await run({ brokers: kafka.brokers, mongodbUri: mongodb.uri, events })
  } finally {
    await stack.close()
  }
}
