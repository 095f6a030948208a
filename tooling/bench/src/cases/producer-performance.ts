import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaTool, runToSuccess } from '@house-helper/local-stack'
import type { BenchStack, Case } from '../measure.ts'
import type { PublishAnswer, PublishOrder } from '../programs/publishing.ts'
import { runProgram } from '../programs.ts'
import { messageOf, taskEvents } from '../task-events.ts'
import { createTopics, dropTopics } from '../topics.ts'
import type { Client } from './consume.ts'

/** So many events that compiling, which neither side leaves out, is a small part of a round. */
const SHARE = 2
const CALLERS = 1_000
const TIMEOUT_MS = 300_000

/**
 * A thousand callers, against what comes with Kafka to show what a producer and a broker can do: bytes that are there
 * already, without keys, checks or answers to anybody.
 */
export function producerPerformanceCase(client: Client, goal: number): Case {
  return {
    name: `publish/${client}`,
    peerName: "Kafka's ProducerPerformance, acks=all, the same values",
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: async (stack) => {
      const topicPrefix = `bench-publish-${client}-${process.pid}`
      const topic = `${topicPrefix}.tasks`
      await createTopics(stack, [topic], 3)
      const count = stack.events * SHARE
      const order: PublishOrder = { brokers: stack.brokers, topicPrefix, callers: CALLERS, count }
      const env = { KAFKA_TRANSPORT: client }
      const values = await writeValues()
      return {
        ours: async () =>
          (await runProgram<PublishAnswer>('./programs/publish-ours.ts', order, { env })).eventsPerSecond,
        peer: () => producerPerformance(stack, { topic, count, valuesFile: values.file }),
        close: async () => {
          await dropTopics(stack, [topic])
          await values.remove()
        },
      }
    },
  }
}

/** Writes the values of simulated events into a file, one a line. */
async function writeValues(): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-values-'))
  const file = join(folder, 'values')
  const values = taskEvents(20_000).map((event) => messageOf(event).value)
  await writeFile(file, values.join('\n'))
  return { file, remove: () => rm(folder, { recursive: true }) }
}

interface Sending {
  readonly topic: string
  readonly count: number
  readonly valuesFile: string
}

/** Sends values at random as fast as it goes; resolves with the rate that the program states, from its first record on. */
async function producerPerformance(stack: BenchStack, { topic, count, valuesFile }: Sending): Promise<number> {
  const { command, args } = await kafkaTool('org.apache.kafka.tools.ProducerPerformance')
  // The heap is that of Kafka's own script; the language decides how figures are printed.
  const java = ['-Xmx512m', '-Duser.language=en', ...args]
  const what = ['--topic', topic, '--num-records', String(count), '--payload-file', valuesFile, '--throughput', '-1']
  const how = ['--producer-props', `bootstrap.servers=${stack.brokers.join(',')}`, 'acks=all']
  const printed = await runToSuccess(command, [...java, ...what, ...how], { timeoutMs: TIMEOUT_MS })
  return totalRate(printed)
}

/** The rate of the last line; those before are of five seconds each. */
function totalRate(printed: string): number {
  const rate = [...printed.matchAll(/, ([\d.]+) records\/sec/g)].at(-1)?.[1]
  if (rate === undefined) throw new Error(`ProducerPerformance states no rate:\n${printed}`)
  return Number(rate)
}
