import { type Document, MongoServerError } from 'mongodb'
import { LogError } from './errors.ts'
import { storeError } from './mongo-errors.ts'

/** Some items, and the cursor of the page after them; without `next` this was the last one. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | undefined
}

/** Reads what a query finds; throws `LOG_QUERY_TIMEOUT` or `LOG_UNREACHABLE`. */
export async function readDocuments(found: { toArray(): Promise<Document[]> }): Promise<Document[]> {
  try {
    return await found.toArray()
  } catch (error) {
    throw queryError(error)
  }
}

/** What a query failed with, as the log's own error: `LOG_QUERY_TIMEOUT`, `LOG_INDEX_MISSING` or `LOG_UNREACHABLE`. */
export function queryError(error: unknown): LogError {
  if (error instanceof MongoServerError && error.code === BAD_VALUE && error.message.includes('hint provided')) {
    const message =
      'An index that the question needs is not there: a recorder makes it when it starts, which takes a while where the log is large.'
    return new LogError('LOG_INDEX_MISSING', message, { cause: error, canRetry: true })
  }
  if (!isTimeExpired(error)) return storeError(error, 'reading the log')
  return new LogError('LOG_QUERY_TIMEOUT', 'The query took too long. Narrow it by household, user, type or time.', {
    cause: error,
    canRetry: true,
  })
}

/** Whether a query ended at its time limit. */
export function isTimeExpired(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED
}

const MAX_TIME_EXPIRED = 50
const BAD_VALUE = 2
