import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { DeadLetters, DeliveryReader, EventLog, Replays } from '@house-helper/event-log'
import type { Logger } from '@house-helper/events-core'
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { ConsumerGroups } from '../consumer-groups.ts'
import type { LogCare } from '../log-care.ts'
import type { Measurements } from '../measurements.ts'
import { countRoutes } from './count-routes.ts'
import { coverageRoutes } from './coverage-routes.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { type Guards, guard } from './guards.ts'
import { createLiveStreams } from './live-streams.ts'
import { describeApi } from './openapi.ts'
import { answerError, answerProblems } from './problem.ts'
import { quarantineRoutes } from './quarantine-routes.ts'
import { replayRoutes } from './replay-routes.ts'
import { retentionRoutes } from './retention-routes.ts'
import { createOneAtATime } from './step-lines.ts'
import { streamRoutes } from './stream-routes.ts'
import { timelineRoutes } from './timeline-routes.ts'
import { topicRoutes } from './topic-routes.ts'
import { traceRoutes } from './trace-routes.ts'
import { verificationRoutes } from './verification-routes.ts'

/** What {@link createApi} takes. */
export interface ApiOptions extends Guards {
  readonly log: EventLog
  readonly deliveries: DeliveryReader
  readonly groups: ConsumerGroups
  readonly deadLetters: DeadLetters
  readonly replays: Replays
  readonly care: LogCare
  readonly measurements: Pick<Measurements, 'lag' | 'sizes'>
  readonly logger: Logger
}

/** Makes the HTTP API; it listens nowhere yet. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { logger } = options
  const app = fastify({
    logger: false,
    genReqId: requestId,
    // An id has up to 128 characters, a conflict's record id its position as well.
    routerOptions: { maxParamLength: 1024 },
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id)
      answerError(error as FastifyError, request, reply, logger)
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.addHook('onRequest', async (request, reply) => {
    // Households' data does not belong in anybody's cache, and is never to be taken for a page.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })
  guard(app, options)
  answerProblems(app, logger)
  logRequests(app, logger)
  await describeApi(app)
  const prefix = '/api/v1'
  const streams = createLiveStreams(app)
  const { log, deliveries, groups, deadLetters, measurements } = options
  const routes = [
    eventRoutes({ log, deliveries }),
    traceRoutes(log),
    countRoutes(log),
    streamRoutes(log, streams),
    timelineRoutes(log),
    coverageRoutes(log),
    quarantineRoutes(log),
    topicRoutes(log, measurements),
    groupRoutes(groups, log),
    deadLetterRoutes(deadLetters, log),
  ]
  for (const route of routes) await app.register(route, { prefix })
  await app.register(replayRoutes(options.replays, streams), { prefix })
  const careParts = { log, care: options.care, streams, oneAtATime: createOneAtATime() }
  await app.register(verificationRoutes(careParts), { prefix })
  await app.register(retentionRoutes(careParts), { prefix })
  app.get(`${prefix}/openapi.json`, { schema: { hide: true } }, async () => app.swagger())
  await app.ready()
  return app
}

function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    // The route's pattern, not the address: that has ids of households and users in it.
    const { method, routeOptions } = request
    const durationMs = Math.round(reply.elapsedTime)
    const fields = { requestId: request.id, method, route: routeOptions.url, status: reply.statusCode, durationMs }
    logger.debug(fields, 'Answered a request.')
  })
}

/** The caller's request id where it is a harmless one, else a new one. */
function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}
