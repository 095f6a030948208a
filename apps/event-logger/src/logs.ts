import { isHouseHelperError } from '@house-helper/events-core'
import { type Logger, type LoggerOptions, pino } from 'pino'
import pinoPretty from 'pino-pretty'

/** The log levels that LOG_LEVEL may name, from the most to the least talkative. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** A log level. */
export type LogLevel = (typeof logLevels)[number]

/** An error as the log shows it. */
export interface LoggedError {
  readonly type: string
  readonly code?: string | number
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly stack?: string
  readonly cause?: LoggedError
}

const deepestCause = 5

/** What pino is set to, wherever its lines go. */
export function logOptions(level: LogLevel): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: loggedError },
  }
}

/** Makes the logger of the process: one JSON object a line on standard output, readable text on a terminal. */
export function createLogger(level: LogLevel): Logger {
  if (process.stdout.isTTY) return pino(logOptions(level), pinoPretty({ sync: true, colorize: !process.env.NO_COLOR }))
  // Synchronous, so that the lines before an exit are written.
  return pino(logOptions(level), pino.destination({ dest: 1, sync: true }))
}

/**
 * Reduces an error to what may be logged.
 *
 * Only named fields are taken: the MongoDB driver's errors carry the documents that were to be written, and payloads do
 * not belong in logs.
 */
function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something other than an Error was thrown.' }
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message,
    ...(isHouseHelperError(error) && Object.keys(error.details).length > 0 ? { details: error.details } : {}),
    ...(error.stack === undefined || depth > 0 ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === deepestCause ? {} : { cause: loggedError(error.cause, depth + 1) }),
  }
}
