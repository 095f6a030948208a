import type { EventLog } from '@house-helper/event-log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { LogCare } from '../log-care.ts'
import { answers } from './answers.ts'
import type { LiveStreams } from './live-streams.ts'
import { text } from './parameters.ts'
import { sendProblem } from './problem.ts'
import { type ProblemError, parameterError } from './problem-details.ts'
import type { OneAtATime } from './step-lines.ts'
import { backfillLineSchema, verificationLineSchema } from './verification-answer.ts'

const topicName = text.max(249)
const querySchema = z.strictObject({
  topic: topicName.optional().describe('A domain, such as `tasks`, or a topic. Default: every topic that is recorded.'),
})
const bodySchema = z.strictObject({
  topics: z
    .array(topicName)
    .min(1)
    .max(100)
    .optional()
    .describe('Domains, or topics. Default: every topic that is recorded.'),
  isDryRun: z.boolean().optional().describe('Only says what would be recorded. Default false.'),
})

/** What the routes work with. */
export interface VerificationRouteParts {
  readonly log: Pick<EventLog, 'recorded'>
  readonly care: LogCare
  readonly streams: LiveStreams
  readonly oneAtATime: OneAtATime
}

/** Routes that verify the log, and record what it lacks. */
export function verificationRoutes(parts: VerificationRouteParts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(verifyRoute(parts))
    await app.register(backfillRoute(parts))
  }
}

function verifyRoute(parts: VerificationRouteParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/verification',
      {
        schema: {
          operationId: 'verifyLog',
          summary: 'Compares record, ledger and topic, message by message, and computes the heads of the ledger anew.',
          description:
            'One step a line: `progress`, a `finding`, the verdict of a `partition`, and at last the `summary`: an answer without it was cut. It goes as fast as it is read, and ends with its reader. One verification or backfill at a time; another gets 409.',
          tags: ['topics'],
          querystring: querySchema,
          response: answers(
            'Steps; the schema is that of a line.',
            verificationLineSchema,
            [400, 409, 421, 500, 503],
            'application/x-ndjson',
          ),
        },
      },
      async (request, reply) => {
        const { topic } = request.query
        const topics = await recordedTopics(parts, topic === undefined ? undefined : [topic])
        const wrong = topics.unknown.map(({ detail }) => parameterError('topic', detail))
        if (wrong.length > 0) return unknownTopics(request, reply, wrong)
        return send(parts, 'A verification', request, reply, (signal) =>
          parts.care.verify({ topics: topics.names, signal }),
        )
      },
    )
  }
}

function backfillRoute(parts: VerificationRouteParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/backfills',
      {
        schema: {
          operationId: 'backfillLog',
          summary: 'Records what the log lacks and the topics still have.',
          description:
            'Verifies, and records what is missing or lies in gaps of the ledger; nothing that is stored is changed. One step a line, as a verification has them; the last is the `summary`. It can be made again at any time.',
          tags: ['topics'],
          body: bodySchema,
          response: answers(
            'Steps; the schema is that of a line.',
            backfillLineSchema,
            [400, 403, 409, 415, 421, 500, 503],
            'application/x-ndjson',
          ),
        },
      },
      async (request, reply) => {
        const { topics: asked, isDryRun = false } = request.body
        const topics = await recordedTopics(parts, asked)
        const wrong = topics.unknown.map(({ index, detail }) => ({ pointer: `/topics/${index}`, detail }))
        if (wrong.length > 0) return unknownTopics(request, reply, wrong)
        return send(parts, 'A backfill', request, reply, (signal) =>
          parts.care.backfill({ topics: topics.names, isDryRun, signal }),
        )
      },
    )
  }
}

/** Answers with steps, unless long work is being done already. */
export function send(
  { streams, oneAtATime }: Pick<VerificationRouteParts, 'streams' | 'oneAtATime'>,
  what: string,
  request: FastifyRequest,
  reply: FastifyReply,
  steps: (signal: AbortSignal) => AsyncIterable<object>,
): FastifyReply {
  const current = oneAtATime.current()
  if (current !== undefined) {
    const detail = `${current} is being made, and one at a time is enough. Wait for its end, or end it by closing its connection.`
    return sendProblem(request, reply, { status: 409, detail })
  }
  return streams.send(request, reply, 'application/x-ndjson', (signal) => oneAtATime.lines(what, steps(signal), signal))
}

interface RecordedTopics {
  /** Undefined: every one that is recorded. */
  readonly names: readonly string[] | undefined
  readonly unknown: readonly { readonly index: number; readonly detail: string }[]
}

async function recordedTopics(
  { log, care }: VerificationRouteParts,
  asked: readonly string[] | undefined,
): Promise<RecordedTopics> {
  if (asked === undefined) return { names: undefined, unknown: [] }
  const known = [...new Set((await log.recorded()).map(({ topic }) => topic))]
  const found = asked.map((name) => known.find((topic) => topic === name || topic === `${care.topicPrefix}.${name}`))
  const recorded = known.length === 0 ? 'nothing is recorded yet' : `recorded are ${known.join(', ')}`
  const unknown = asked.flatMap((name, index) => {
    const detail = `Nothing is recorded of the topic ${JSON.stringify(name)}; ${recorded}.`
    return found[index] === undefined ? [{ index, detail }] : []
  })
  return { names: [...new Set(found.filter((topic) => topic !== undefined))], unknown }
}

function unknownTopics(request: FastifyRequest, reply: FastifyReply, errors: readonly ProblemError[]): FastifyReply {
  return sendProblem(request, reply, { status: 400, detail: errors.map(({ detail }) => detail).join(' '), errors })
}
