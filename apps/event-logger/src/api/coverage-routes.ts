import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { fullCoverageAnswer, fullCoverageSchema } from './coverage-answer.ts'

/** Routes that say how far the log is. */
export function coverageRoutes(log: Pick<EventLog, 'coverage'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/coverage',
      {
        schema: {
          operationId: 'getCoverage',
          summary: 'Says how far each topic-partition is recorded without a gap, against its end.',
          tags: ['topics'],
          querystring: z.strictObject({}),
          response: answers('The coverage.', fullCoverageSchema, [400, 421, 500, 503]),
        },
      },
      async (_request, reply) => {
        reply.type('application/json')
        return JSON.stringify(fullCoverageAnswer(await log.coverage()))
      },
    )
  }
}
