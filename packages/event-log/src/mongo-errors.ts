import { BSON, MongoError, MongoServerError } from 'mongodb'
import { LogError } from './errors.ts'

/** What went wrong in MongoDB as a name and a number: the server's own messages may quote documents. */
export function storeErrorName(error: unknown): string {
  if (error instanceof MongoServerError) return `${error.codeName ?? error.name} (${error.code ?? 'no code'})`
  return error instanceof Error ? error.name : typeof error
}

/** An error of MongoDB as the log's own, without what the server quotes. */
export function storeError(error: unknown, doing: string): LogError {
  if (error instanceof LogError) return error
  const name = storeErrorName(error)
  // A network error's message names the server, which is what one has to look at.
  const where = error instanceof MongoError && !(error instanceof MongoServerError) ? `: ${error.message}` : ''
  return new LogError(
    'LOG_UNREACHABLE',
    `MongoDB failed in ${doing}: ${name}${where}. Check the server and MONGODB_URI.`,
    { canRetry: true, details: { error: name } },
  )
}

// The state of the server, the network or our rights there: no fault of a document. From MongoDB's error_codes.yml.
const NOT_OF_DOCUMENTS = new Set([
  6, 7, 8, 13, 18, 24, 39, 43, 46, 50, 63, 64, 70, 74, 76, 79, 88, 89, 90, 91, 93, 94, 95, 100, 112, 117, 123, 125, 133,
  134, 143, 147, 150, 175, 187, 189, 202, 203, 211, 216, 234, 246, 262, 279, 290, 317, 325, 327, 328, 329, 334, 335,
  341, 346, 9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
])

/** Whether MongoDB, or the driver before it, refuses what a document holds, so that the same would fail for ever. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BSON.BSONError || error instanceof RangeError || error instanceof TypeError) return true
  return error instanceof MongoServerError && !isServerState(error.code) && !error.hasErrorLabel('RetryableWriteError')
}

/** Whether an error code is about the server and not about a document. */
export function isServerState(code: unknown): boolean {
  return typeof code === 'number' && NOT_OF_DOCUMENTS.has(code)
}
