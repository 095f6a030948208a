import { HouseHelperError, type Issue, type TransportErrorCode } from '@house-helper/events-core'

/**
 * Every code that a publish fails with. docs/errors.md says what to do about each.
 *
 * - `EVENT_INVALID`: the event breaks its contract; `issues` names each path. Nothing was sent.
 * - `PUBLISH_QUEUE_FULL`: `maxQueuedBytes` are waiting already. Nothing was sent.
 * - `PUBLISHER_CLOSED`: the publisher was closed before the event was delivered.
 * - `PUBLISH_ABORTED`: the caller's signal was aborted before the event was delivered.
 * - `DELIVERY_TIMEOUT`: no broker acknowledged the event within `deliveryTimeoutMs`.
 * - a code of the Transport: the broker refused the event for a reason that trying again does not change.
 */
export type PublishErrorCode =
  | 'EVENT_INVALID'
  | 'PUBLISH_QUEUE_FULL'
  | 'PUBLISHER_CLOSED'
  | 'PUBLISH_ABORTED'
  | 'DELIVERY_TIMEOUT'
  | TransportErrorCode

/** Whether the event may be in its topic all the same. Publishing it again under the same id is always safe. */
export type Outcome = 'not-sent' | 'unknown'

/** What a {@link PublishError} is made of besides its code and message. */
export interface PublishErrorFields {
  readonly outcome: Outcome
  readonly issues?: readonly Issue[]
  readonly canRetry?: boolean
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** Why an event was not published. It never holds the event's data. */
export class PublishError extends HouseHelperError<PublishErrorCode> {
  override readonly name = 'PublishError'
  readonly outcome: Outcome
  /** What is wrong with the event; empty unless the code is `EVENT_INVALID`. */
  readonly issues: readonly Issue[]

  constructor(code: PublishErrorCode, message: string, fields: PublishErrorFields) {
    super(code, message, fields)
    this.outcome = fields.outcome
    this.issues = fields.issues ?? []
  }
}

/** The event breaks its contract. */
export function eventInvalid(type: unknown, issues: readonly Issue[]): PublishError {
  const name = typeof type === 'string' && type.length <= 256 ? type : 'an event without a type'
  const list = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return new PublishError('EVENT_INVALID', `${name} cannot be published: ${list}`, {
    outcome: 'not-sent',
    issues,
    details: { type: name },
  })
}

/** The event is larger than anything can be that is published. */
export function eventTooLarge(type: string, why: string): PublishError {
  const message = `${type} cannot be published: ${why}. Keep large content elsewhere and publish a reference to it.`
  return new PublishError('MESSAGE_TOO_LARGE', message, { outcome: 'not-sent', details: { type } })
}
