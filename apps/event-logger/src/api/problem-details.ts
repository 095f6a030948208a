import { z } from 'zod'

/** The media type of problem details. */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

/** One thing that is wrong with a request. */
export const problemErrorSchema = z.object({
  detail: z.string().describe('What is wrong, as a sentence.'),
  pointer: z
    .string()
    .describe(
      'JSON Pointer to what is wrong: to a place in the body or, where `parameter` is given, to that parameter.',
    ),
  parameter: z.string().optional().describe('The query, path or header parameter that is wrong.'),
  position: z.int().optional().describe("Where in the parameter's text it is wrong: characters from its start."),
  length: z.int().optional().describe('How many characters there are wrong.'),
  expected: z.string().optional().describe('What would be right there.'),
})

/** Problem details as RFC 9457 has them. */
export const problemSchema = z
  .object({
    type: z.string().describe('Always about:blank: the status says what kind of problem this is.'),
    title: z.string().describe("The status's name."),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What went wrong and what to do about it.'),
    requestId: z.string().describe('The id of the request, also in the X-Request-Id header and in the logs.'),
    errors: z.array(problemErrorSchema).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' })

/** Problem details. */
export type Problem = z.output<typeof problemSchema>

/** One thing that is wrong with a request. */
export type ProblemError = z.output<typeof problemErrorSchema>

/** Says that a query, path or header parameter is wrong. */
export function parameterError(
  parameter: string,
  detail: string,
  place: Pick<ProblemError, 'position' | 'length' | 'expected'> = {},
): ProblemError {
  // RFC 6901: the two characters that mean something in a pointer.
  const token = parameter.replaceAll('~', '~0').replaceAll('/', '~1')
  return { detail, pointer: `/${token}`, parameter, ...place }
}
