const BRAND: unique symbol = Symbol.for('@house-helper/error')

/** What a {@link HouseHelperError} is made of besides its code and message. */
export interface ErrorFields {
  /** Whether the same call may succeed later without a change by the caller. Default false. */
  readonly canRetry?: boolean
  /** The error beneath this one. */
  readonly cause?: unknown
  /** Where it happened, for logs: topic, partition, offset, field. Never payloads or secrets. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * An error of these packages: a literal `code` to branch on, a message that names the place and the remedy.
 *
 * Recognise it with {@link isHouseHelperError}, never with `instanceof`: two versions of a package may be in one process.
 */
export class HouseHelperError<Code extends string = string> extends Error {
  readonly code: Code
  readonly canRetry: boolean
  readonly details: Readonly<Record<string, unknown>>
  readonly [BRAND] = true

  constructor(code: Code, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'HouseHelperError'
    this.code = code
    this.canRetry = fields.canRetry ?? false
    this.details = fields.details ?? {}
  }
}

/** Whether a thrown value is an error of these packages and, where codes are given, one of those codes. */
export function isHouseHelperError<Code extends string>(
  error: unknown,
  ...codes: readonly Code[]
): error is HouseHelperError<Code> {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return codes.length === 0 || codes.includes((error as HouseHelperError<Code>).code)
}

/** Every code that events-core itself throws. docs/errors.md says what to do about each. */
export type CoreErrorCode =
  | 'CONTRACT_INVALID'
  | 'DOMAIN_INVALID'
  | 'EVENT_INVALID'
  | 'GROUP_ID_INVALID'
  | 'PACKAGES_INCOMPATIBLE'

/** An error in how contracts are written or used. */
export class CoreError extends HouseHelperError<CoreErrorCode> {
  override readonly name = 'CoreError'
}

/**
 * Every code that a Transport throws, whichever client is behind it.
 *
 * - `UNREACHABLE`: no broker answered. Can be retried.
 * - `TIMEOUT`: a broker was reached and did not answer in time. Can be retried; a send's outcome is unknown.
 * - `TOPIC_MISSING`: a topic or partition does not exist, or has no leader.
 * - `NOT_AUTHORIZED`: an ACL is missing; the message names the resource.
 * - `ACLS_DISABLED`: the brokers have no authorizer, so they keep no ACLs and everybody may do everything.
 * - `AUTHENTICATION_FAILED`: SASL user name or password refused.
 * - `TLS_FAILED`: the TLS handshake failed, by its certificate authority or host name for example.
 * - `MESSAGE_TOO_LARGE`: the broker or topic takes no message of that size.
 * - `COMPRESSION_UNSUPPORTED`: a batch was written with a codec that this client cannot read.
 * - `NOT_OWNED`: a commit for a partition, or in a generation, that this member no longer has.
 * - `PROTOCOL`: the broker answered with another error; the message holds its name.
 * - `CLOSED`: used after `close()`.
 */
export type TransportErrorCode =
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'TOPIC_MISSING'
  | 'NOT_AUTHORIZED'
  | 'ACLS_DISABLED'
  | 'AUTHENTICATION_FAILED'
  | 'TLS_FAILED'
  | 'MESSAGE_TOO_LARGE'
  | 'COMPRESSION_UNSUPPORTED'
  | 'NOT_OWNED'
  | 'PROTOCOL'
  | 'CLOSED'

/** An error from the wire. `outcome` is set by a failed append: whether the batch may have been written all the same. */
export class TransportError extends HouseHelperError<TransportErrorCode> {
  override readonly name = 'TransportError'
  readonly outcome: 'not-sent' | 'unknown' | undefined

  constructor(
    code: TransportErrorCode,
    message: string,
    fields: ErrorFields & { readonly outcome?: 'not-sent' | 'unknown' } = {},
  ) {
    super(code, message, fields)
    this.outcome = fields.outcome
  }
}
