import { type EventLog, LogError, type PositionVector } from '@house-helper/event-log'
import { isHouseHelperError } from '@house-helper/events-core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { eventSchema } from './event-answer.ts'
import { streamEvents } from './event-stream.ts'
import { exportLineSchema, exportLines } from './export-lines.ts'
import { checkFilter } from './filter-parameter.ts'
import type { LiveStreams } from './live-streams.ts'
import { filter } from './parameters.ts'

const streamSchema = z.strictObject({
  q: filter.optional(),
  from: z
    .enum(['now', 'start'], 'must be now or start')
    .optional()
    .describe(
      '`now`: what is recorded from now on; `start`: all that is recorded, too. Default `now`. Last-Event-ID goes before it.',
    ),
})
const exportSchema = z.strictObject({
  q: filter.optional(),
  asOf: z
    .string('must be given once')
    .min(1)
    .max(8192)
    .optional()
    .describe('`asOf` of a list: exports what that list has. Default: what is recorded now.'),
})
// Whatever else a client sends is none of the route's business; names come in lower case.
const headersSchema = z.object({
  'last-event-id': z
    .string()
    .max(64 * 1024)
    .optional()
    .describe('The `id` of the last event that was received: the stream goes on after it.'),
})

/** Routes that give events as long as they are read. */
export function streamRoutes(
  log: Pick<EventLog, 'follow' | 'read' | 'recorded' | 'readVector' | 'coverage'>,
  streams: LiveStreams,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events/stream',
      {
        schema: {
          operationId: 'streamEvents',
          summary: 'Streams events as they are recorded, as server-sent events.',
          description:
            'Each has an event of the log as its data, and the position after it as its id. Events of one partition are in the order of their offsets. Nothing is skipped, and nothing is repeated for a client that sends the last id again. With `from=start`, partitions are read one after the other until the stream has caught up.',
          tags: ['events'],
          querystring: streamSchema,
          headers: headersSchema,
          response: answers(
            'Events, without end; the schema is that of the data.',
            eventSchema,
            [400, 421, 500, 503],
            'text/event-stream',
          ),
        },
      },
      async (request, reply) => {
        const parsed = checkFilter(request.query.q ?? '')
        const from = await beginning(log, request.headers['last-event-id'], request.query.from)
        return streams.send(request, reply, 'text/event-stream', (signal) =>
          streamEvents({ log, filter: parsed, from, signal }),
        )
      },
    )
    app.get(
      '/events/export',
      {
        schema: {
          operationId: 'exportEvents',
          summary: 'Exports events as lines of JSON.',
          description:
            'One event a line, in position order: topic by topic, partition by partition, offset by offset. The last line is `{"trailer": {"events": <count>, …}}`: a file without it, or with another number of lines before it, was cut. What is recorded after `asOf` is not in it.',
          tags: ['events'],
          querystring: exportSchema,
          response: answers(
            'Events, and the trailer; the schema is that of a line.',
            exportLineSchema,
            [400, 421, 500, 503],
            'application/x-ndjson',
          ),
        },
      },
      async (request, reply) => {
        const parsed = checkFilter(request.query.q ?? '')
        const { asOf } = request.query
        const to = asOf === undefined ? await log.recorded() : await vectorOf(log, 'asOf', asOf)
        return streams.send(request, reply, 'application/x-ndjson', (signal) =>
          exportLines({ log, filter: parsed, to, signal }),
        )
      },
    )
  }
}

async function beginning(
  log: Pick<EventLog, 'recorded' | 'readVector'>,
  lastEventId: string | undefined,
  from: 'now' | 'start' | undefined,
): Promise<PositionVector> {
  if (lastEventId !== undefined && lastEventId !== '') return await vectorOf(log, 'Last-Event-ID', lastEventId)
  return from === 'start' ? [] : await log.recorded()
}

/** Reads a vector that a parameter holds; its error names the parameter. */
async function vectorOf(log: Pick<EventLog, 'readVector'>, parameter: string, text: string): Promise<PositionVector> {
  try {
    return await log.readVector(text)
  } catch (cause) {
    if (!isHouseHelperError(cause, 'LOG_VECTOR_INVALID')) throw cause
    throw new LogError('LOG_VECTOR_INVALID', cause.message, { cause, details: { parameter } })
  }
}
