import type { EventLog } from '@house-helper/event-log'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ConsumerGroups } from '../consumer-groups.ts'
import { answers } from './answers.ts'
import { coverageAnswer } from './coverage-answer.ts'
import { groupListSchema, groupsAnswer } from './group-answer.ts'

/** Routes about consumer groups. */
export function groupRoutes(groups: ConsumerGroups, log: Pick<EventLog, 'coverage'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/consumer-groups',
      {
        schema: {
          operationId: 'listConsumerGroups',
          summary: 'Lists consumer groups with their members, what these announced, and how far behind they are.',
          tags: ['consumer groups'],
          querystring: z.strictObject({}),
          response: answers('The groups.', groupListSchema, [400, 421, 500, 503]),
        },
      },
      async (_request, reply) => {
        const [seen, coverage] = await Promise.all([groups.look(), log.coverage()])
        reply.type('application/json')
        return JSON.stringify({ ...groupsAnswer(seen), coverage: coverageAnswer(coverage) })
      },
    )
  }
}
