import type { Replays } from '@house-helper/event-log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import type { LiveStreams } from './live-streams.ts'
import { limit, text } from './parameters.ts'
import { sendProblem } from './problem.ts'
import { positionSchema, replayListSchema, replayPlanSchema, replayRunSchema, replayText } from './replay-answer.ts'
import { progressEvents } from './replay-progress.ts'

const by = text.max(128).optional().describe('Who asks. Nobody logs in, so it is a claim. Default `unknown`.')
const rate = z.int().min(1).max(1_000_000).optional()
const values = z.union([text, z.array(text).min(1).max(50)])

const planRequestSchema = z.strictObject({
  filter: z
    .union([z.string().max(4096), z.record(z.string(), values)])
    .describe('Which events, as GET /api/v1/events takes it: `type:task.* household:h_42 since:2h`. Not `status`.'),
  groups: z.array(text.max(200)).max(20).optional().describe('The groups whose inbox topics it is to be sent to.'),
  sandbox: text.max(100).optional().describe('Sends to the topic `<prefix>.sandbox.<this>` instead.'),
  ratePerSecond: rate.describe('Events a second and group at most. Default 500.'),
  from: z.array(positionSchema).max(1_000).optional().describe('Where to begin. Default: at the beginning of the log.'),
  until: z.array(positionSchema).max(1_000).optional().describe('Where to end. Default: what is recorded now.'),
  by,
})

const runRequestSchema = z.strictObject({
  planId: text.max(128),
  ratePerSecond: rate.describe("Events a second and group at most. Default: the plan's."),
  by,
})

const idParameter = z.strictObject({ id: text.max(128).describe("The run's id.") })
const noQuery = z.strictObject({})
const tags = ['replays']

/** Routes that plan, run, watch and stop replays. */
export function replayRoutes(replays: Replays, streams: LiveStreams): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(planRoutes(replays))
    await app.register(runRoutes(replays))
    await app.register(progressRoute(replays, streams))
    for (const verb of ['pause', 'resume', 'cancel'] as const) await app.register(changeRoute(replays, verb))
  }
}

function planRoutes(replays: Replays): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/replay-plans',
      {
        schema: {
          operationId: 'planReplay',
          summary: 'Pins what a replay would send, and says all that is known about it. Sends nothing.',
          tags,
          body: planRequestSchema,
          response: answers('The plan.', replayPlanSchema, [400, 403, 415, 421, 500, 503]),
        },
      },
      async (request, reply) => reply.type('application/json').send(replayText(await replays.plan(request.body))),
    )
    app.get(
      '/replay-plans/:id',
      {
        schema: {
          operationId: 'getReplayPlan',
          summary: 'Gets a replay plan.',
          tags,
          params: z.strictObject({ id: text.max(128).describe("The plan's id.") }),
          querystring: noQuery,
          response: answers('The plan.', replayPlanSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const plan = await replays.getPlan(request.params.id)
        if (plan === undefined) return noSuch(request, reply, 'replay plan', request.params.id)
        return reply.type('application/json').send(replayText(plan))
      },
    )
  }
}

function runRoutes(replays: Replays): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/replays',
      {
        schema: {
          operationId: 'runReplay',
          summary: 'Runs a replay plan.',
          description: 'The same Idempotency-Key gives the same run, however often it is asked for.',
          tags,
          headers: z.object({
            'idempotency-key': text.max(128).describe('A text of your own for this run, such as a UUID.'),
          }),
          body: runRequestSchema,
          response: answers('The run.', replayRunSchema, [400, 403, 409, 415, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const run = await replays.run(request.body, request.headers['idempotency-key'])
        return reply.type('application/json').send(replayText(run))
      },
    )
    app.get(
      '/replays',
      {
        schema: {
          operationId: 'listReplays',
          summary: 'Lists the newest replay runs.',
          tags,
          querystring: z.strictObject({ limit: limit.optional().describe('How many runs to answer at most.') }),
          response: answers('The runs.', replayListSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const runs = await replays.list({ limit: Number(request.query.limit ?? '50') })
        return reply.type('application/json').send(JSON.stringify({ replays: runs }))
      },
    )
    app.get(
      '/replays/:id',
      {
        schema: {
          operationId: 'getReplay',
          summary: 'Gets a replay run with its progress.',
          tags,
          params: idParameter,
          querystring: noQuery,
          response: answers('The run.', replayRunSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const run = await replays.get(request.params.id)
        if (run === undefined) return noSuch(request, reply, 'replay', request.params.id)
        return reply.type('application/json').send(replayText(run))
      },
    )
  }
}

function progressRoute(replays: Replays, streams: LiveStreams): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/replays/:id/progress',
      {
        schema: {
          operationId: 'watchReplay',
          summary: 'Streams the progress of a replay run as server-sent events, until the run has ended.',
          description: 'Each event is called `progress`; its data is the run as GET /api/v1/replays/{id} answers it.',
          tags,
          params: idParameter,
          querystring: noQuery,
          response: answers(
            'The run, again and again.',
            replayRunSchema,
            [400, 404, 421, 500, 503],
            'text/event-stream',
          ),
        },
      },
      async (request, reply) => {
        const { id } = request.params
        if ((await replays.get(id)) === undefined) return noSuch(request, reply, 'replay', id)
        return streams.send(request, reply, 'text/event-stream', (signal) => progressEvents(replays, id, signal))
      },
    )
  }
}

const summaries = {
  pause: 'Holds a replay run up; what is on its way is still sent.',
  resume: 'Goes on with a replay run that is paused, or that has failed for a reason that is mended.',
  cancel: 'Ends a replay run for good; what was sent stays sent.',
} as const

function changeRoute(replays: Replays, verb: keyof typeof summaries): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      `/replays/:id/${verb}`,
      {
        schema: {
          operationId: `${verb}Replay`,
          summary: summaries[verb],
          tags,
          params: idParameter,
          body: z.strictObject({ by }),
          response: answers('The run.', replayRunSchema, [400, 403, 404, 409, 415, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const run = await replays[verb](request.params.id, request.body)
        if (run === undefined) return noSuch(request, reply, 'replay', request.params.id)
        return reply.type('application/json').send(replayText(run))
      },
    )
  }
}

function noSuch(request: FastifyRequest, reply: FastifyReply, what: string, id: string): FastifyReply {
  return sendProblem(request, reply, { status: 404, detail: `There is no ${what} with the id ${JSON.stringify(id)}.` })
}
