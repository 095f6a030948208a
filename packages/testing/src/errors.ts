import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that this package throws. docs/errors.md says what to do about each.
 *
 * - `EVENT_INVALID`: what a test wants an event to say breaks its contract; the message names each path.
 * - `DOMAIN_MISSING`: the event's type belongs to none of the domains of this world.
 * - `NOT_HANDLED`: the event was not handled in time, or cannot be any more; the message says what arrived instead.
 * - `NOT_IDLE`: something was still under way at the deadline; the message says what.
 * - `OUTCOME_UNEXPECTED`: a scenario has ended otherwise than expected; the message lists the differences.
 * - `SCENARIO_UNFINISHED`: a scenario was awaited without `then`, so nothing was checked.
 * - `SUBSCRIBER_DIED`: the subscriber of this world has died; `cause` says why.
 */
export type TestingErrorCode =
  | 'EVENT_INVALID'
  | 'DOMAIN_MISSING'
  | 'NOT_HANDLED'
  | 'NOT_IDLE'
  | 'OUTCOME_UNEXPECTED'
  | 'SCENARIO_UNFINISHED'
  | 'SUBSCRIBER_DIED'

/** What a test is told that does not get what it waits for or expects. */
export class TestingError extends HouseHelperError<TestingErrorCode> {
  override readonly name = 'TestingError'
}
