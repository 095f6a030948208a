import { MongoError, MongoServerError } from 'mongodb'
import { LogError } from './errors.ts'

/** What went wrong in MongoDB as a name and a number: the driver's own messages may quote documents. */
export function storeErrorName(error: unknown): string {
  if (error instanceof MongoServerError) return `${error.codeName ?? error.name} (${error.code ?? 'no code'})`
  return error instanceof Error ? error.name : typeof error
}

/** An error of MongoDB as the log's own, without what the driver quotes. */
export function storeError(error: unknown, doing: string): LogError {
  if (error instanceof LogError) return error
  const name = storeErrorName(error)
  // A network error's message names the server, which is what one has to look at.
  const where = error instanceof MongoError && !(error instanceof MongoServerError) ? `: ${error.message}` : ''
  return new LogError(
    'LOG_UNREACHABLE',
    `MongoDB failed in ${doing}: ${name}${where}. Check the server and MONGODB_URI.`,
    {
      canRetry: true,
      details: { error: name },
    },
  )
}
