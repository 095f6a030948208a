import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { eventPageJson, eventPageSchema } from './event-answer.ts'
import { checkFilterWithout } from './filter-parameter.ts'
import { cursor, filter, limit, text } from './parameters.ts'

const querySchema = z.strictObject({
  q: filter.optional(),
  limit: limit.optional().describe('How many events to answer at most.'),
  cursor: cursor.optional().describe('`next` of the page before, with the same `q`.'),
})

/** Routes that show what happened around a household or a user. */
export function timelineRoutes(log: Pick<EventLog, 'timeline' | 'writeVector'>): FastifyPluginAsyncZod {
  return async (app) => {
    for (const whose of ['household', 'user'] as const) {
      app.get(
        `/timelines/${whose}/:id`,
        {
          schema: {
            operationId: whose === 'household' ? 'getHouseholdTimeline' : 'getUserTimeline',
            summary: `Lists what happened around a ${whose}, newest first.`,
            description: `Every event that names the ${whose}, of whatever topic. Pages are those of GET /api/v1/events.`,
            tags: ['events'],
            params: z.strictObject({ id: text.describe(`The ${whose}'s id.`) }),
            querystring: querySchema,
            response: answers('A page of events.', eventPageSchema, [400, 421, 500, 503]),
          },
        },
        async (request, reply) => {
          const { q = '', limit = '50', cursor } = request.query
          checkFilterWithout(q, whose)
          const paging = { filter: q, limit: Number(limit), cursor }
          const { id } = request.params
          const page = await log.timeline(whose === 'user' ? { ...paging, user: id } : { ...paging, household: id })
          reply.type('application/json')
          return await eventPageJson(page, log)
        },
      )
    }
  }
}
