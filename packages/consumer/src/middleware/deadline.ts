import type { Logger } from '@house-helper/events-core'
import { Attempt } from '../attempt/attempt.ts'
import type { Deadlines } from '../attempt/deadlines.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Statistics } from '../statistics.ts'
import type { Middleware } from './handler.ts'

/** What a deadline needs. */
export interface DeadlineNeeds {
  readonly deadlines: Deadlines
  readonly statistics: Statistics
  readonly logger: Logger
}

/**
 * Makes an attempt of each run, with a deadline and a signal. Whatever a handler throws fails as a SubscriberError.
 *
 * At the deadline the signal aborts, the slot goes to others and the attempt has failed; but the failure is passed on
 * only when the handler has ended, so that the next attempt of its key never overlaps with it.
 */
export function deadline({ deadlines, statistics, logger }: DeadlineNeeds): Middleware {
  const end = (attempt: Attempt): void => {
    statistics.measure(performance.now() - attempt.startedMs)
    attempt.event.attempt = undefined
  }
  const returned = (attempt: Attempt): void => {
    const failure = attempt.afterReturn()
    if (failure === undefined) return
    statistics.failed += 1
    throw failure
  }
  const threw = (attempt: Attempt, thrown: unknown): never => {
    if (!attempt.interrupted) statistics.failed += 1
    throw attempt.afterThrow(thrown)
  }
  const watched = (attempt: Attempt, outcome: Promise<void>): Promise<void> => {
    deadlines.watch(attempt)
    const ended = (): void => {
      deadlines.ended(attempt)
      end(attempt)
    }
    return outcome.then(
      () => {
        ended()
        returned(attempt)
      },
      (thrown: unknown) => {
        ended()
        threw(attempt, thrown)
      },
    )
  }
  return (next) => (event: PendingEvent) => {
    const attempt = new Attempt(event, logger, performance.now())
    event.attempt = attempt
    try {
      const outcome = next(event)
      if (outcome !== undefined) return watched(attempt, outcome)
    } catch (thrown) {
      end(attempt)
      return threw(attempt, thrown)
    }
    end(attempt)
    returned(attempt)
    return undefined
  }
}
