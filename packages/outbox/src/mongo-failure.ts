import { MongoServerError } from 'mongodb'

/** What went wrong in MongoDB as a name and a number: the server's own messages may quote documents. */
export function mongoFailure(error: unknown): string {
  if (error instanceof MongoServerError) return `${error.codeName ?? error.name} (${error.code ?? 'no code'})`
  return error instanceof Error ? error.name : typeof error
}

/** Whether an insert met a document with the same `_id`. */
export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === 11_000
}

const WRITE_CONFLICT = 112

/** Whether a write met one of another transaction. */
export function isConflict(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === WRITE_CONFLICT
}
