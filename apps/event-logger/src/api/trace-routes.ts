import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { sendNoEvent } from './event-routes.ts'
import { text, wholeNumber } from './parameters.ts'
import { causationAnswer, causationSchema, correlationAnswer, correlationSchema } from './trace-answer.ts'

const causationQuery = z.strictObject({
  maxDepth: wholeNumber(200).optional().describe('How many causes, and how many effects deep. Default 50.'),
  maxEvents: wholeNumber(5_000).optional().describe('How many effects in all. Default 1,000.'),
})
const correlationQuery = z.strictObject({
  limit: wholeNumber(5_000).optional().describe('How many events at most. Default 1,000.'),
})

/** Routes that say which events belong to which. */
export function traceRoutes(log: Pick<EventLog, 'causation' | 'correlation'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events/:id/causation',
      {
        schema: {
          operationId: 'getCausation',
          summary: 'Says what caused an event, and what it caused.',
          tags: ['events'],
          params: z.strictObject({ id: text.describe("The event's id or, for a conflict, the record's.") }),
          querystring: causationQuery,
          response: answers('Causes and effects.', causationSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { maxDepth, maxEvents } = request.query
        const causation = await log.causation(request.params.id, {
          maxDepth: maxDepth === undefined ? undefined : Number(maxDepth),
          maxEvents: maxEvents === undefined ? undefined : Number(maxEvents),
        })
        if (causation === undefined) return sendNoEvent(request, reply, request.params.id)
        reply.type('application/json')
        return JSON.stringify(causationAnswer(causation))
      },
    )
    app.get(
      '/correlations/:id',
      {
        schema: {
          operationId: 'getCorrelation',
          summary: 'Gets the events that belong together.',
          tags: ['events'],
          params: z.strictObject({ id: text.describe('The correlation id.') }),
          querystring: correlationQuery,
          response: answers('The events.', correlationSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { limit } = request.query
        const correlation = await log.correlation(request.params.id, {
          limit: limit === undefined ? undefined : Number(limit),
        })
        reply.type('application/json')
        return JSON.stringify(correlationAnswer(correlation))
      },
    )
  }
}
