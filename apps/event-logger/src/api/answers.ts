import type { z } from 'zod'
import { PROBLEM_CONTENT_TYPE, problemSchema } from './problem-details.ts'

interface Answer {
  readonly description: string
  readonly content: Record<string, { schema: z.ZodType }>
}

const problems = {
  400: 'A parameter or the body is wrong; `errors` names each place.',
  403: 'The Origin header names a page of somebody else.',
  404: 'There is nothing here under this name.',
  409: 'What is asked for does not go together with how things are now.',
  415: 'The body has to be application/json.',
  421: 'The Host header names another service.',
  500: 'The event logger failed; its log has the reason under the request id.',
  503: 'MongoDB or Kafka does not answer, or not in time.',
} as const

/** The answers of a route for its documentation: what it gives, and the problems that it may have instead. */
export function answers(
  description: string,
  schema: z.ZodType,
  statuses: readonly (keyof typeof problems)[],
  contentType = 'application/json',
): Record<number, Answer> {
  const problem = (status: keyof typeof problems): [number, Answer] => [
    status,
    { description: problems[status], content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } } },
  ]
  return {
    200: { description, content: { [contentType]: { schema } } },
    ...Object.fromEntries(statuses.map(problem)),
  }
}
