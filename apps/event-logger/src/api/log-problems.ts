import { isHouseHelperError } from '@house-helper/events-core'
import { z } from 'zod'
import { type ProblemError, parameterError } from './problem-details.ts'

/** What an error of the event log or of Kafka is to whoever asked, or undefined for what only the operator can mend. */
export function logProblem(
  error: unknown,
): { status: number; detail: string; errors?: readonly ProblemError[] } | undefined {
  if (!isHouseHelperError(error)) return undefined
  switch (error.code) {
    case 'LOG_QUERY_INVALID':
      return { status: 400, detail: error.message }
    case 'LOG_FILTER_INVALID':
      return { status: 400, detail: error.message, errors: [filterError(error)] }
    case 'LOG_VECTOR_INVALID':
      return { status: 400, detail: error.message, ...vectorErrors(error) }
    case 'LOG_CURSOR_INVALID':
      return { status: 400, detail: error.message, errors: [parameterError('cursor', error.message)] }
    case 'LOG_RETENTION_INVALID':
      return { status: 400, detail: error.message, errors: retentionErrors(error) }
    case 'LOG_REPLAY_REFUSED':
      return { status: 400, detail: error.message, errors: replayErrors(error) }
    case 'LOG_REPLAY_CONFLICT':
      return { status: 409, detail: error.message }
    case 'LOG_QUERY_TIMEOUT':
    case 'LOG_INDEX_MISSING':
      return { status: 503, detail: error.message }
    case 'LOG_UNREACHABLE':
      return { status: 503, detail: 'The log cannot be read now, since MongoDB does not answer. Try again in a while.' }
    case 'UNREACHABLE':
    case 'TIMEOUT':
      return { status: 503, detail: 'Kafka does not answer now, or not in time. Try again in a while.' }
    case 'NOT_AUTHORIZED':
    case 'AUTHENTICATION_FAILED':
      return { status: 503, detail: 'Kafka refuses the event logger; its log has the reason under the request id.' }
    default:
      return undefined
  }
}

const placeSchema = z
  .object({ position: z.int(), length: z.int(), expected: z.string() })
  .partial()
  .transform(({ position, length, expected }) => ({
    ...(position === undefined ? {} : { position }),
    ...(length === undefined ? {} : { length }),
    ...(expected === undefined ? {} : { expected }),
  }))

/** Which parameter the position vector is from, where the route has said so. */
function vectorErrors({ details, message }: { details: unknown; message: string }): { errors?: ProblemError[] } {
  const { parameter } = z.object({ parameter: z.string() }).safeParse(details).data ?? {}
  return parameter === undefined ? {} : { errors: [parameterError(parameter, message)] }
}

/** Where a filter is wrong. */
function filterError({ details, message }: { details: unknown; message: string }): ProblemError {
  return parameterError('q', message, placeSchema.safeParse(details).data ?? {})
}

const partsSchema = z.object({ problems: z.array(z.object({ part: z.string(), message: z.string() })) })

/** Which parts of a retention policy are wrong. */
function retentionErrors({ details, message }: { details: unknown; message: string }): ProblemError[] {
  const { problems } = partsSchema.safeParse(details).data ?? { problems: [] }
  const sentences = problems.map((problem) => `${JSON.stringify(problem.part)} ${problem.message}.`)
  return (sentences.length === 0 ? [message] : sentences).map((detail) => parameterError('keep', detail))
}

const issuesSchema = z.object({
  issues: z.array(
    z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string(), place: placeSchema.optional() }),
  ),
})

/** Where in the body, or in which header, a replay's request is wrong. */
function replayErrors({ details, message }: { details: unknown; message: string }): ProblemError[] {
  const { issues } = issuesSchema.safeParse(details).data ?? { issues: [{ path: [], message }] }
  return issues.map(({ path, message: detail, place }) => {
    const [first] = path
    return first === 'Idempotency-Key'
      ? parameterError(first, detail)
      : { pointer: path.map((part) => `/${part}`).join(''), detail, ...place }
  })
}
