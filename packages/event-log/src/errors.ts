import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that the event log throws. docs/errors.md says what to do about each.
 *
 * - `LOG_OPTIONS_INVALID`: a recorder was made with options that cannot work.
 * - `LOG_STANDALONE_REFUSED`: MongoDB is a standalone server, which can lose what it acknowledged.
 * - `LOG_UNREACHABLE`: MongoDB did not answer, or refused the operation for now. Can be retried.
 * - `LOG_MESSAGE_REFUSED`: MongoDB refuses a message even without its view: it is larger than a document can be.
 * - `LOG_QUERY_INVALID`: a query has a field or value that it cannot have.
 * - `LOG_FILTER_INVALID`: a filter cannot be read; `details.position` is the place in its text.
 * - `LOG_VECTOR_INVALID`: a position vector is not one of this log's, or the name of one that has expired.
 * - `LOG_QUERY_TIMEOUT`: a query took longer than its deadline; narrow it. Can be retried.
 * - `LOG_INDEX_MISSING`: a question needs an index that is not built yet. Can be retried.
 * - `LOG_CURSOR_INVALID`: a cursor is not one of this log's, or belongs to another query.
 * - `LOG_DOCUMENT_INVALID`: a document in the log's collections was not written by the recorder, or was altered.
 * - `LOG_LEDGER_INVALID`: the ledger's state of a partition is not what a recorder writes.
 * - `LOG_REPLAY_REFUSED`: a replay cannot be planned or run as it was asked for; `details.issues` names each place.
 * - `LOG_REPLAY_CONFLICT`: a replay run is in a state that does not allow it, or its Idempotency-Key was used for another one.
 * - `LOG_RETENTION_INVALID`: a text is no retention policy; `details.problems` names each wrong part.
 * - `LOG_STALLED`: the recorder made no progress although messages waited, and died of it.
 * - `LOG_CLOSED`: used before `start()` or after `close()`.
 */
export type LogErrorCode =
  | 'LOG_OPTIONS_INVALID'
  | 'LOG_STANDALONE_REFUSED'
  | 'LOG_UNREACHABLE'
  | 'LOG_MESSAGE_REFUSED'
  | 'LOG_QUERY_INVALID'
  | 'LOG_FILTER_INVALID'
  | 'LOG_VECTOR_INVALID'
  | 'LOG_QUERY_TIMEOUT'
  | 'LOG_INDEX_MISSING'
  | 'LOG_CURSOR_INVALID'
  | 'LOG_DOCUMENT_INVALID'
  | 'LOG_LEDGER_INVALID'
  | 'LOG_REPLAY_REFUSED'
  | 'LOG_REPLAY_CONFLICT'
  | 'LOG_RETENTION_INVALID'
  | 'LOG_STALLED'
  | 'LOG_CLOSED'

/** An error of the event log: what could not be recorded or read, where, and what to do. */
export class LogError extends HouseHelperError<LogErrorCode> {
  override readonly name = 'LogError'
}
