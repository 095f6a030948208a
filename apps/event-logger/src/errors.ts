import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that the event logger itself throws. docs/errors.md says what to do about each.
 *
 * - `MONGODB_REFUSED`: MongoDB answered and will not have us: credentials, TLS, rights.
 * - `MONGODB_UNREACHABLE`: no MongoDB server answered. Can be retried.
 * - `ADDRESS_UNAVAILABLE`: an address to listen on is taken, forbidden or not of this machine.
 * - `TOPIC_SIZES_REFUSED`: the right Describe on the cluster is missing; everything but topic sizes works without it.
 */
export type EventLoggerErrorCode =
  | 'MONGODB_REFUSED'
  | 'MONGODB_UNREACHABLE'
  | 'ADDRESS_UNAVAILABLE'
  | 'TOPIC_SIZES_REFUSED'

/** The one error of this app; its message names the place and the remedy, and never holds a secret. */
export class EventLoggerError extends HouseHelperError<EventLoggerErrorCode> {
  override readonly name = 'EventLoggerError'
}
