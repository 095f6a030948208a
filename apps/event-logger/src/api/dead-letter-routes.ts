import type { DeadLetters, EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answers } from './answers.ts'
import { coverageAnswer } from './coverage-answer.ts'
import {
  commandAnswer,
  commandResultSchema,
  deadLetterAnswer,
  deadLetterGroupsSchema,
  deadLetterPageSchema,
  deadLetterSchema,
  summaryAnswer,
} from './dead-letter-answer.ts'
import { cursor, limit, text, time } from './parameters.ts'
import { sendProblem } from './problem.ts'

const state = z.enum(['open', 'redriven', 'discarded'], 'must be open, redriven or discarded')
const filterFields = {
  group: text.optional().describe('The group that gave up.'),
  type: text.optional().describe('The event type, such as `task.completed`.'),
  subject: text.optional().describe('The household or user that the event is about.'),
  fingerprint: text.optional().describe('The error, as GET /api/v1/dead-letters/groups gives it.'),
  since: time.optional().describe('The earliest time at which the group first gave up, inclusive.'),
  until: time.optional().describe('The latest time at which the group first gave up, exclusive.'),
}

const listSchema = z.strictObject({
  ...filterFields,
  state: state.optional().describe('Those in this state; all where it is absent.'),
  limit: limit.optional().describe('How many dead letters to answer at most.'),
  cursor: cursor.optional().describe('`next` of the page before.'),
})

const groupsSchema = z.strictObject({
  group: text.optional().describe('The group that gave up.'),
  state: state.optional().describe('Those in this state; `open` where it is absent.'),
  limit: limit.optional().describe('How many answers at most.'),
})

const commandFields = {
  ids: z.array(text).min(1).max(500).optional().describe('These dead letters. Give either `ids` or `filter`.'),
  filter: z
    .strictObject(filterFields)
    .optional()
    .describe('All open ones that match; at least one field. Give either `ids` or `filter`.'),
  dryRun: z.boolean().optional().describe('Only counts, and shows the first five. Default false.'),
  limit: z.int().min(1).max(100_000).optional().describe('How many to change at most. Default 100,000.'),
  by: text
    .max(128)
    .optional()
    .describe('Who does it, for its `changes`. Nobody logs in, so it is a claim. Default `unknown`.'),
  cursor: cursor.optional().describe('`next` of the request before, with the same `ids` or `filter`.'),
}
const redriveSchema = z.strictObject({
  ...commandFields,
  ratePerSecond: z.int().min(1).max(10_000).optional().describe('Events a second at most. Default 100.'),
})
const discardSchema = z.strictObject(commandFields)

/** Routes that find, redrive and discard dead letters. */
export function deadLetterRoutes(letters: DeadLetters, log: Pick<EventLog, 'coverage'>): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(readingRoutes(letters, log))
    await app.register(commandRoutes(letters))
  }
}

function readingRoutes(letters: DeadLetters, log: Pick<EventLog, 'coverage'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/dead-letters',
      {
        schema: {
          operationId: 'listDeadLetters',
          summary: 'Lists dead letters, newest first.',
          tags: ['dead letters'],
          querystring: listSchema,
          response: answers('A page of dead letters.', deadLetterPageSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { limit = '50', ...query } = request.query
        const [{ items, next }, coverage] = await Promise.all([
          letters.list({ ...query, limit: Number(limit) }),
          log.coverage(),
        ])
        reply.type('application/json')
        return JSON.stringify({ deadLetters: items.map(summaryAnswer), next, coverage: coverageAnswer(coverage) })
      },
    )
    app.get(
      '/dead-letters/groups',
      {
        schema: {
          operationId: 'listDeadLetterGroups',
          summary: 'Counts dead letters by group and error, the most frequent first.',
          tags: ['dead letters'],
          querystring: groupsSchema,
          response: answers('The counts.', deadLetterGroupsSchema, [400, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const { limit = '50', ...query } = request.query
        const [groups, coverage] = await Promise.all([
          letters.groups({ ...query, limit: Number(limit) }),
          log.coverage(),
        ])
        reply.type('application/json')
        return JSON.stringify({ groups, coverage: coverageAnswer(coverage) })
      },
    )
    app.get(
      '/dead-letters/:id',
      {
        schema: {
          operationId: 'getDeadLetter',
          summary: 'Gets a dead letter with the original message.',
          tags: ['dead letters'],
          params: z.strictObject({ id: text.describe("The dead letter's id.") }),
          querystring: z.strictObject({}),
          response: answers('The dead letter.', deadLetterSchema, [400, 404, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        const [letter, coverage] = await Promise.all([letters.get(request.params.id), log.coverage()])
        if (letter === undefined) {
          const detail = `No dead letter has the id ${JSON.stringify(request.params.id)}: GET /api/v1/dead-letters lists them.`
          return sendProblem(request, reply, { status: 404, detail })
        }
        reply.type('application/json')
        return JSON.stringify({ ...deadLetterAnswer(letter), coverage: coverageAnswer(coverage) })
      },
    )
  }
}

function commandRoutes(letters: DeadLetters): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/dead-letters/redrive',
      {
        schema: {
          operationId: 'redriveDeadLetters',
          summary: 'Sends open dead letters, oldest first, to the groups that gave up on them.',
          description:
            'One request works for about 5 s; where more is to be done, `next` is given: ask again with it as `cursor`.',
          tags: ['dead letters'],
          body: redriveSchema,
          response: answers('What was done.', commandResultSchema, [400, 403, 415, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        reply.type('application/json')
        return JSON.stringify(commandAnswer(await letters.redrive(request.body)))
      },
    )
    app.post(
      '/dead-letters/discard',
      {
        schema: {
          operationId: 'discardDeadLetters',
          summary: 'Gives open dead letters up for good; nothing is deleted.',
          description: 'As with redrive, a request may leave some to be done by another one with `next` as `cursor`.',
          tags: ['dead letters'],
          body: discardSchema,
          response: answers('What was done.', commandResultSchema, [400, 403, 415, 421, 500, 503]),
        },
      },
      async (request, reply) => {
        reply.type('application/json')
        return JSON.stringify(commandAnswer(await letters.discard(request.body)))
      },
    )
  }
}
