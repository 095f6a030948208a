/** Every reason for which the local stack gives up. */
export type LocalStackErrorCode =
  | 'COMMAND_FAILED'
  | 'COMMAND_TIMED_OUT'
  | 'DATA_IN_USE'
  | 'DOWNLOAD_FAILED'
  | 'ENVIRONMENT_INVALID'
  | 'JAVA_MISSING'
  | 'KAFKA_MISSING'
  | 'MONGODB_MISSING'
  | 'NOTHING_ANSWERS'
  | 'PORT_TAKEN'
  | 'SERVER_ENDED'
  | 'START_TIMED_OUT'

/** The one error of this package; its message names the server, the place and the remedy. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError'
  readonly code: LocalStackErrorCode

  constructor(code: LocalStackErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Says whether an error is a LocalStackError, of the given code where one is named. */
export function isLocalStackError(error: unknown, code?: LocalStackErrorCode): error is LocalStackError {
  return error instanceof LocalStackError && (code === undefined || error.code === code)
}
