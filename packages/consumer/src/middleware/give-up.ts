import { isHouseHelperError, type Logger } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Statistics } from '../statistics.ts'
import { type Middleware, type Outcome, recover } from './handler.ts'

/** Decides what becomes of an event that will not be tried again. When its outcome resolves, the key goes on. */
export type GiveUp = (event: PendingEvent, failure: SubscriberError) => Outcome

/** Hands every event whose handling failed for good to a strategy; nothing fails beyond this. */
export function giveUp(strategy: GiveUp): Middleware {
  return (next) => (event) =>
    recover(next, event, (failed, error) => (failed.dropped ? undefined : strategy(failed, failureOf(error))))
}

/** Events that hold their key, with the reason. */
export type HeldEvents = Map<PendingEvent, SubscriberError>

/** What holding needs. */
export interface HoldNeeds {
  readonly held: HeldEvents
  /** Waits without a slot until the event is dropped. */
  readonly park: (event: PendingEvent, dropped: () => void) => Promise<void>
  readonly statistics: Statistics
  readonly logger: Logger
}

/** Holds an event's key until the partition moves or the service starts again; the other keys go on. */
export function hold({ held, park, statistics, logger }: HoldNeeds): GiveUp {
  return (event, failure) => {
    held.set(event, failure)
    statistics.givenUp += 1
    const { attempts } = event
    logger.error(
      { ...event.place(), attempts, code: failure.code, err: failure },
      'An event is given up; its key waits',
    )
    return park(event, () => held.delete(event))
  }
}

function failureOf(error: unknown): SubscriberError {
  if (isHouseHelperError(error)) return error as SubscriberError
  return new SubscriberError('DEFECT', 'The handler chain threw.', { cause: error })
}
