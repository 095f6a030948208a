import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that the outbox and its relay throw, or give as the reason why something waits. docs/errors.md says what to
 * do about each.
 *
 * - `OPTIONS_INVALID`: an outbox, a relay or receipts were made with options that cannot work.
 * - `TRANSACTION_MISSING`: `enqueue` was called without a session that has a transaction open.
 * - `EVENT_TOO_LARGE`: an event is larger than `maxEventBytes`. Nothing was enqueued.
 * - `DOCUMENT_INVALID`: a document in the outbox's or the receipts' collection was not written by this package.
 * - `DEFECT`: a mistake in this package; the relay has ended.
 */
export type OutboxErrorCode =
  | 'OPTIONS_INVALID'
  | 'TRANSACTION_MISSING'
  | 'EVENT_TOO_LARGE'
  | 'DOCUMENT_INVALID'
  | 'DEFECT'

/** An error of the outbox. It never holds an event's data. */
export class OutboxError extends HouseHelperError<OutboxErrorCode> {
  override readonly name = 'OutboxError'
}

/** The number, or its default where none is given; `OPTIONS_INVALID` for what cannot be one. */
export function positive(name: string, value: number | undefined, byDefault: number): number {
  const number = value ?? byDefault
  if (Number.isFinite(number) && number > 0) return number
  throw new OutboxError('OPTIONS_INVALID', `${name} is ${number}; it has to be a positive number.`)
}
