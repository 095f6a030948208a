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
    if (error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED) {
      throw new LogError('LOG_QUERY_TIMEOUT', 'The query took too long. Narrow it by subject, type or time.', {
        cause: error,
        canRetry: true,
      })
    }
    throw storeError(error, 'reading the log')
  }
}

const MAX_TIME_EXPIRED = 50
