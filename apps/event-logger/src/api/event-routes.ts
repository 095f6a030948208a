import type { DeliveryReader, EventLog, EventRecord } from '@house-helper/event-log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { coverageAnswer } from './coverage-answer.ts'
import { deliveriesAnswer, deliveriesSchema } from './delivery-answer.ts'
import { coveredEventJson, coveredEventSchema, eventPageJson, eventPageSchema } from './event-answer.ts'
import { checkFilter } from './filter-parameter.ts'
import { cursor, filter, limit, text } from './parameters.ts'
import { sendProblem } from './problem.ts'

const listSchema = z.strictObject({
  q: filter.optional(),
  limit: limit.optional().describe('How many events to answer at most.'),
  cursor: cursor.optional().describe('`next` of the page before, with the same `q`.'),
})
const paramsSchema = z.strictObject({ id: text.describe("The event's id or, for a conflict, the record's.") })
const nothing = z.strictObject({})
const bytes = z.string().meta({ id: 'Bytes', format: 'binary', description: 'Bytes, exactly as Kafka had them.' })

/** What the routes of events take of the log. */
export interface EventSources {
  readonly log: Pick<EventLog, 'get' | 'current' | 'list' | 'raw' | 'coverage' | 'writeVector'>
  readonly deliveries: DeliveryReader
}

/** Keys are short. A longer one would make the answer's headers larger than clients take. */
const MAX_KEY_BYTES = 4096

/** Routes that read events from the log. */
export function eventRoutes({ log, deliveries }: EventSources): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events',
      {
        schema: {
          operationId: 'listEvents',
          summary: 'Lists events, newest first.',
          description:
            'All pages of a list are pinned to its first: what is recorded later moves none of them. Relative times count from the first page too.',
          tags: ['events'],
          querystring: listSchema,
          response: answers('A page of events.', eventPageSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { q = '', limit = '50', cursor } = request.query
        checkFilter(q)
        const page = await log.list({ filter: q, limit: Number(limit), cursor })
        reply.type('application/json')
        return await eventPageJson(page, log)
      },
    )
    await app.register(oneEventRoutes({ log, deliveries }))
  }
}

function oneEventRoutes({ log, deliveries }: EventSources): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events/:id',
      {
        schema: {
          operationId: 'getEvent',
          summary: 'Gets the event with an id.',
          tags: ['events'],
          params: paramsSchema,
          querystring: nothing,
          response: answers('The event.', coveredEventSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const [record, coverage] = await Promise.all([log.get(request.params.id), log.coverage()])
        if (record === undefined) return sendNoEvent(request, reply, request.params.id)
        reply.type('application/json')
        return coveredEventJson(record, { current: log.current(record), coverage })
      },
    )
    app.get(
      '/events/:id/raw',
      {
        schema: {
          operationId: 'getEventBytes',
          summary: 'Gets the value of the event’s message, byte for byte.',
          tags: ['events'],
          params: paramsSchema,
          querystring: nothing,
          response: answers(
            `The bytes of the value. The key, where there is one of at most ${MAX_KEY_BYTES} bytes, is in the header X-Kafka-Key-Base64; of a longer one X-Kafka-Key-Bytes has the length.`,
            bytes,
            [400, 404, 421, 500, 503],
            'application/octet-stream',
          ),
        },
      },
      async (request, reply) => {
        const raw = await log.raw(request.params.id)
        if (raw === undefined) return sendNoEvent(request, reply, request.params.id)
        const { topic, partition, offset, generation, key, value } = raw
        reply.headers({
          'content-type': 'application/octet-stream',
          'x-kafka-position': `${topic}/${partition}/${offset}`,
          'x-log-generation': generation,
          ...(key === null ? {} : keyHeader(key)),
        })
        return reply.send(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      },
    )
    app.get(
      '/events/:id/deliveries',
      {
        schema: {
          operationId: 'listDeliveries',
          summary: 'Says where each consumer group stands with an event.',
          tags: ['events'],
          params: paramsSchema,
          querystring: nothing,
          response: answers('Where the groups stand.', deliveriesSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const [record, coverage] = await Promise.all([log.get(request.params.id), log.coverage()])
        if (record === undefined) return sendNoEvent(request, reply, request.params.id)
        reply.type('application/json')
        const answer = deliveriesAnswer(await deliveries.of(record))
        return JSON.stringify({ ...answer, coverage: coverageAnswer(coverage) })
      },
    )
  }
}

/** Answers that no event has an id. */
export function sendNoEvent(request: FastifyRequest, reply: FastifyReply, id: EventRecord['id']): FastifyReply {
  const detail = `No event with the id ${JSON.stringify(id)} is recorded, or not yet: GET /api/v1/coverage shows how far the log is.`
  return sendProblem(request, reply, { status: 404, detail })
}

function keyHeader(key: Uint8Array): Readonly<Record<string, string | number>> {
  if (key.length > MAX_KEY_BYTES) return { 'x-kafka-key-bytes': key.length }
  return { 'x-kafka-key-base64': Buffer.from(key).toString('base64') }
}
