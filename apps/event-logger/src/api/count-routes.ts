import type { EventLog, EventStats, Histogram } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'
import { checkFilter } from './filter-parameter.ts'
import { filter, wholeNumber } from './parameters.ts'

const by = z
  .enum(['type', 'topic', 'source', 'contract'], 'must be type, topic, source or contract')
  .optional()
  .describe('What events are counted by. Default `type`.')
const counts = z
  .array(z.strictObject({ key: z.string(), count: z.int().positive() }))
  .describe('The most frequent first.')

/** How many events happened when. */
export const histogramSchema = z
  .strictObject({
    filter: z.string().describe('The filter as it was understood, with both times.'),
    bucketMs: z.number().positive().describe('The length of a bucket, which begins at its multiples.'),
    buckets: z
      .array(z.strictObject({ from: z.iso.datetime(), total: z.int().nonnegative(), counts }))
      .describe('Oldest first, empty ones too.'),
    complete: z.boolean().describe('Whether all of the time is counted.'),
    countedFrom: z.iso.datetime().describe('From when on it is.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'Histogram', description: 'How many events happened when.' })

/** How many events there are of what. */
export const statsSchema = z
  .strictObject({
    filter: z.string().describe('The filter as it was understood, with times resolved.'),
    total: z.int().nonnegative(),
    counts,
    complete: z.boolean().describe('Whether all events of the filter are counted.'),
    countedFrom: z.iso.datetime().optional().describe('From when on they are, where not all.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'EventStats', description: 'How many events there are of what.' })

/** Routes that count events. */
export function countRoutes(log: Pick<EventLog, 'histogram' | 'stats'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/events/histogram',
      {
        schema: {
          operationId: 'getHistogram',
          summary: 'Counts events by time.',
          description:
            'Of the last 24 hours unless `q` has times. Counting ends after 5 s; `complete` says whether it was done.',
          tags: ['events'],
          querystring: z.strictObject({
            q: filter.optional(),
            by,
            bucketMs: wholeNumber(316_224_000_000)
              .optional()
              .describe('The length of a bucket in milliseconds. Default: a usual length that makes at most 60.'),
          }),
          response: answers('The counts.', histogramSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { q = '', by, bucketMs } = request.query
        checkFilter(q)
        const histogram = await log.histogram({
          ...{ filter: q, by },
          bucketMs: bucketMs === undefined ? undefined : Number(bucketMs),
        })
        reply.type('application/json')
        return JSON.stringify(covered(histogram))
      },
    )
    app.get(
      '/events/stats',
      {
        schema: {
          operationId: 'getStats',
          summary: 'Counts events by a field of theirs.',
          description: 'Counting ends after 5 s; `complete` says whether it was done.',
          tags: ['events'],
          querystring: z.strictObject({ q: filter.optional(), by }),
          response: answers('The counts.', statsSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { q = '', by } = request.query
        checkFilter(q)
        reply.type('application/json')
        return JSON.stringify(covered(await log.stats({ filter: q, by })))
      },
    )
  }
}

function covered({ coverage, ...rest }: Histogram | EventStats): object {
  return { ...rest, coverage: coverageAnswer(coverage) }
}
