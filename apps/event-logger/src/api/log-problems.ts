import { isHouseHelperError } from '@house-helper/events-core'
import { type ProblemError, parameterError } from './problem-details.ts'

/** What an error of the event log is to whoever asked, or undefined for what only the operator can mend. */
export function logProblem(
  error: unknown,
): { status: number; detail: string; errors?: readonly ProblemError[] } | undefined {
  if (!isHouseHelperError(error)) return undefined
  switch (error.code) {
    case 'LOG_QUERY_INVALID':
      return { status: 400, detail: error.message }
    case 'LOG_CURSOR_INVALID':
      return { status: 400, detail: error.message, errors: [parameterError('cursor', error.message)] }
    case 'LOG_QUERY_TIMEOUT':
      return { status: 503, detail: error.message }
    case 'LOG_UNREACHABLE':
      return { status: 503, detail: 'The log cannot be read now, since MongoDB does not answer. Try again in a while.' }
    default:
      return undefined
  }
}
