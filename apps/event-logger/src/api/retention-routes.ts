import { formatRetention, parseRetention, type RetentionPolicy, type RetentionStep } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { LogCare } from '../log-care.ts'
import { answers } from './answers.ts'
import type { LiveStreams } from './live-streams.ts'
import { text } from './parameters.ts'
import type { OneAtATime } from './step-lines.ts'
import { send } from './verification-routes.ts'

const count = z.int().nonnegative()
const when = z.iso.datetime().optional()
const removed = {
  records: count.describe('Events with a record.'),
  quarantined: count.describe('Messages in quarantine.'),
}

/** A line of what retention would do. */
export const retentionLineSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('policy'),
      policy: z.strictObject({
        asked: z.string().describe('What this answer is about.'),
        applied: z
          .string()
          .describe('What the logger removes by, EVENT_LOG_RETENTION; empty where it keeps everything.'),
      }),
    }),
    z.strictObject({
      kind: z.literal('progress'),
      progress: z.strictObject({ topic: z.string(), partition: count, ...removed }),
    }),
    z.strictObject({
      kind: z.literal('domain'),
      domain: z.strictObject({
        domain: z.string(),
        topic: z.string(),
        keepMs: count,
        cutoff: z.iso.datetime().describe('What Kafka got before would be removed.'),
        ...removed,
        oldest: when.describe('When Kafka got the first message that would be removed; absent where there is none.'),
        newest: when.describe('When Kafka got the last message that would be removed; absent where there is none.'),
        oldestKept: when.describe('When Kafka got the first message that would be kept; absent where there is none.'),
        removedBefore: z.strictObject(removed).describe('What was removed in earlier runs.'),
      }),
    }),
    z.strictObject({ kind: z.literal('summary'), summary: z.strictObject(removed) }),
  ])
  .meta({
    id: 'RetentionLine',
    description: 'A line of what retention would remove. The last one is the summary: without it the answer was cut.',
  })

/** What the route works with. */
export interface RetentionRouteParts {
  readonly care: Pick<LogCare, 'domainNames' | 'policy' | 'previewRetention'>
  readonly streams: LiveStreams
  readonly oneAtATime: OneAtATime
}

/** The route that says what retention would remove. */
export function retentionRoutes(parts: RetentionRouteParts): FastifyPluginAsyncZod {
  const { care } = parts
  return async (app) => {
    app.get(
      '/retention',
      {
        schema: {
          operationId: 'previewRetention',
          summary: 'Says what retention would remove, domain by domain. Removes nothing.',
          description:
            'One step a line: the `policy`, `progress`, each `domain`, and at last the `summary`. Only EVENT_LOG_RETENTION makes the logger remove anything.',
          tags: ['topics'],
          querystring: z.strictObject({
            keep: text
              .optional()
              .describe('How long to keep which domains: `tasks=365d timers=90d`. Default: EVENT_LOG_RETENTION.'),
          }),
          response: answers(
            'Steps; the schema is that of a line.',
            retentionLineSchema,
            [400, 409, 421, 500, 503],
            'application/x-ndjson',
          ),
        },
      },
      async (request, reply) => {
        const { keep } = request.query
        const policy = keep === undefined ? care.policy : parseRetention(keep, care.domainNames)
        return send(parts, 'A preview of retention', request, reply, (signal) => previewSteps(policy, care, signal))
      },
    )
  }
}

async function* previewSteps(
  policy: RetentionPolicy,
  care: RetentionRouteParts['care'],
  signal: AbortSignal,
): AsyncGenerator<object, void> {
  const told: AsyncIterable<RetentionStep> = care.previewRetention({ policy, signal })
  yield { kind: 'policy', policy: { asked: formatRetention(policy), applied: formatRetention(care.policy) } }
  yield* told
}
