import type { Logger } from '@house-helper/events-core'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { logProblem } from './log-problems.ts'
import { PROBLEM_CONTENT_TYPE, type Problem, type ProblemError, parameterError } from './problem-details.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Answers a request with problem details. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { readonly status: number; readonly detail: string; readonly errors?: readonly ProblemError[] },
): FastifyReply {
  const { status, detail, errors } = problem
  const title = titles[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error')
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    detail,
    requestId: request.id,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  }
  // A text body passes by the route's serializer, which knows the answers of that route only.
  return reply.code(status).header('content-type', PROBLEM_CONTENT_TYPE).send(JSON.stringify(body))
}

/** Makes every answer to a request that fails, unknown routes and unforeseen errors too, problem details. */
export function answerProblems(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, {
      status: 404,
      detail: `There is nothing at ${request.method} ${pathOf(request)}; GET /api/v1/openapi.json lists what there is.`,
    }),
  )
  app.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply, logger))
}

/** Answers an error that a route, a hook or the framework threw. */
export function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.flatMap(error.validationContext === 'body' ? bodyErrors : validationErrors)
    return sendProblem(request, reply, {
      status: 400,
      detail: `The request is wrong in ${errors.length === 1 ? 'one place' : `${errors.length} places`}; see errors.`,
      errors,
    })
  }
  const known = logProblem(error)
  if (known !== undefined) {
    if (known.status === 503) logger.warn({ err: error, requestId: request.id }, 'A request could not be answered.')
    return sendProblem(request, reply, known)
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return sendProblem(request, reply, { status, detail: `${error.message}.` })
  logger.error({ err: error, requestId: request.id }, 'A request failed.')
  return sendProblem(request, reply, {
    status: 500,
    detail: `The event logger could not answer; its log says why under the request id ${request.id}.`,
  })
}

function validationErrors(issue: {
  instancePath?: string
  message?: string
  params?: Record<string, unknown>
}): ProblemError[] {
  const detail = issue.message ?? 'is wrong'
  const unknown = issue.params?.keys
  if (Array.isArray(unknown)) {
    return unknown.map((name) => parameterError(String(name), 'is no parameter of this request'))
  }
  return [parameterError((issue.instancePath ?? '').slice(1).split('/')[0] ?? '', detail)]
}

function bodyErrors(issue: Parameters<typeof validationErrors>[0]): ProblemError[] {
  const pointer = issue.instancePath === '/' ? '' : (issue.instancePath ?? '')
  const unknown = issue.params?.keys
  if (Array.isArray(unknown)) {
    return unknown.map((name) => ({ pointer: `${pointer}/${String(name)}`, detail: 'is no field of this request' }))
  }
  return [{ pointer, detail: issue.message ?? 'is wrong' }]
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
