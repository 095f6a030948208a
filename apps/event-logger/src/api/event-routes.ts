import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { eventJson, eventSchema } from './event-answer.ts'
import { eventPage } from './event-pages.ts'
import { cursor, limit, text, time } from './parameters.ts'
import { sendProblem } from './problem.ts'

/** What a list of events can be narrowed by. */
const eventQuerySchema = z.strictObject({
  subject: text.optional().describe('Events about this household or user.'),
  household: text
    .optional()
    .describe(
      "Events that name this household. Where the log is large, `subject` is faster; it leaves out users' events.",
    ),
  user: text.optional().describe('Events that name this user. Give `subject` or `type` too where the log is large.'),
  type: text.optional().describe('The event type, such as `task.completed`.'),
  since: time.optional().describe('The earliest time of the event, inclusive.'),
  until: time.optional().describe('The latest time of the event, exclusive.'),
  limit: limit.optional().describe('How many events to answer at most.'),
  cursor: cursor.optional().describe('`next` of the page before.'),
})

/** A page of events. */
export const eventPageSchema = z
  .strictObject({
    events: z.array(eventSchema).describe('Newest first, by the time of the event.'),
    next: z.string().optional().describe('The `cursor` of the next page; absent on the last one.'),
  })
  .meta({ id: 'EventPage', description: 'A page of events. It may be shorter than `limit` and yet have a `next`.' })

/** Routes that read events from the log. */
export function eventRoutes(log: Pick<EventLog, 'get' | 'list'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events',
      {
        schema: {
          operationId: 'listEvents',
          summary: 'Lists events, newest first.',
          tags: ['events'],
          querystring: eventQuerySchema,
          response: answers('A page of events.', eventPageSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { household, user, limit = '50', ...rest } = request.query
        const page = await eventPage(log, { ...rest, householdId: household, userId: user, limit: Number(limit) })
        const next = page.next === undefined ? '' : `,"next":${JSON.stringify(page.next)}`
        reply.type('application/json')
        return `{"events":[${page.items.map(eventJson).join(',')}]${next}}`
      },
    )
    app.get(
      '/events/:id',
      {
        schema: {
          operationId: 'getEvent',
          summary: 'Gets the event with an id.',
          tags: ['events'],
          params: z.strictObject({ id: text.describe("The event's id or, for a conflict, the record's.") }),
          querystring: z.strictObject({}),
          response: answers('The event.', eventSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const record = await log.get(request.params.id)
        if (record === undefined) {
          const detail = `No event with the id ${JSON.stringify(request.params.id)} is recorded, or not yet: GET /api/v1/topics shows the lag.`
          return sendProblem(request, reply, { status: 404, detail })
        }
        reply.type('application/json')
        return eventJson(record)
      },
    )
  }
}
