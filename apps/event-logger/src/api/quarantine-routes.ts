import type { EventLog, QuarantinedMessage } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { bytesAnswer, bytesSchema, headersAnswer, headersSchema } from './bytes-answer.ts'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'
import { pageInPieces } from './pages-in-pieces.ts'
import { cursor, limit, text } from './parameters.ts'

const querySchema = z.strictObject({
  topic: text.optional().describe('Messages of this topic.'),
  limit: limit.optional().describe('How many messages to answer at most.'),
  cursor: cursor.optional().describe('`next` of the page before.'),
})

const count = z.int().nonnegative()

/** A page of quarantined messages. */
export const quarantinePageSchema = z
  .strictObject({
    messages: z
      .array(
        z.strictObject({
          id: z.string().describe('Its place: `<topic>/<partition>/<offset>`.'),
          reason: z.enum(['tombstone', 'empty', 'not-utf8', 'not-json', 'not-envelope']),
          message: z.string().describe('The reason as a sentence.'),
          position: z.strictObject({ topic: z.string(), partition: count, offset: count, generation: count }),
          brokerTime: z.iso.datetime(),
          quarantinedAt: z.iso.datetime(),
          key: bytesSchema,
          headers: headersSchema,
          value: bytesSchema,
        }),
      )
      .describe('Newest first, by when they were quarantined.'),
    next: z.string().optional().describe('The `cursor` of the next page; absent on the last one.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'QuarantinePage', description: 'A page of messages without a readable envelope, byte for byte.' })

/** Routes about messages that are no events. */
export function quarantineRoutes(log: Pick<EventLog, 'quarantine' | 'coverage'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/quarantine',
      {
        schema: {
          operationId: 'listQuarantine',
          summary: 'Lists messages that are no events, newest first.',
          tags: ['quarantine'],
          querystring: querySchema,
          response: answers('A page of messages.', quarantinePageSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { limit = '50', ...query } = request.query
        const [{ items, next }, coverage] = await Promise.all([
          pageInPieces((some) => log.quarantine(some), { ...query, limit: Number(limit) }),
          log.coverage(),
        ])
        reply.type('application/json')
        return JSON.stringify({ messages: items.map(messageAnswer), next, coverage: coverageAnswer(coverage) })
      },
    )
  }
}

function messageAnswer(quarantined: QuarantinedMessage): object {
  const { id, reason, message, topic, partition, offset, generation, brokerTime, quarantinedAt } = quarantined
  return {
    ...{ id, reason, message, position: { topic, partition, offset, generation }, brokerTime, quarantinedAt },
    key: bytesAnswer(quarantined.key),
    headers: headersAnswer(quarantined.headers),
    value: bytesAnswer(quarantined.value),
  }
}
