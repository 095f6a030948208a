import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Measurements } from '../measurements.ts'
import { answers } from './answers.ts'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'

const count = z.int().nonnegative()

/** What the logger knows of one topic. */
export const topicSchema = z
  .strictObject({
    topic: z.string(),
    recorded: count.describe('Events recorded, conflicts included, by all loggers since the log began.'),
    repeats: count.describe('Messages that say again what a record already says.'),
    conflicts: count.describe('Records under an id that another, different event has.'),
    quarantined: count.describe('Messages without a readable envelope, kept byte for byte.'),
    partitions: z.array(
      z.strictObject({
        partition: count,
        lagMessages: count.optional().describe('Messages not committed yet; absent while Kafka cannot be asked.'),
        lagSeconds: z.number().optional().describe('The age of the oldest of them; 0 where there is none.'),
        sizeBytes: count
          .optional()
          .describe('Bytes on disk of the largest replica; absent where the logger may not ask.'),
      }),
    ),
  })
  .meta({ id: 'Topic', description: 'A topic: what was recorded of it, and how far behind the logger is.' })

/** The answer with all topics. */
export const topicListSchema = z
  .strictObject({ topics: z.array(topicSchema).describe('By name.'), coverage: coverageSchema })
  .meta({ id: 'TopicList', description: 'Every domain topic that was recorded or can be seen.' })

/** A topic as the API answers it. */
export type TopicAnswer = z.output<typeof topicSchema>

/** Routes about topics. */
export function topicRoutes(
  log: Pick<EventLog, 'totals' | 'coverage'>,
  measurements: Pick<Measurements, 'lag' | 'sizes'>,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/topics',
      {
        schema: {
          operationId: 'listTopics',
          summary: 'Lists topics with what was recorded, lag and size.',
          tags: ['topics'],
          querystring: z.strictObject({}),
          response: answers('The topics.', topicListSchema, [400, 421, 500, 503]),
        },
      },
      async (_request, reply) => {
        reply.type('application/json')
        const [topics, coverage] = await Promise.all([topicAnswers(log, measurements), log.coverage()])
        return JSON.stringify({ topics, coverage: coverageAnswer(coverage) })
      },
    )
  }
}

async function topicAnswers(
  log: Pick<EventLog, 'totals'>,
  measurements: Pick<Measurements, 'lag' | 'sizes'>,
): Promise<TopicAnswer[]> {
  const totals = new Map((await log.totals()).map((total) => [total.topic, total]))
  const lag = measurements.lag()
  const sizes = measurements.sizes()
  const names = new Set([...totals.keys(), ...lag.map(({ topic }) => topic), ...sizes.map(({ topic }) => topic)])
  return [...names].sort().map((topic) => {
    const { recorded = 0, repeats = 0, conflicts = 0, quarantined = 0 } = totals.get(topic) ?? {}
    const partitions = new Map<number, TopicAnswer['partitions'][number]>()
    for (const { partition, messages, seconds } of lag.filter((one) => one.topic === topic)) {
      partitions.set(partition, { partition, lagMessages: messages, lagSeconds: seconds })
    }
    for (const { partition, bytes } of sizes.filter((one) => one.topic === topic)) {
      partitions.set(partition, { ...partitions.get(partition), partition, sizeBytes: bytes })
    }
    const sorted = [...partitions.values()].sort((a, b) => a.partition - b.partition)
    return { topic, recorded, repeats, conflicts, quarantined, partitions: sorted }
  })
}
