import { type Clock, isHouseHelperError, type Logger } from '@house-helper/events-core'
import type { SubscriberError } from '../errors.ts'
import { handlingOf, type OutcomeListener } from '../outcome-listener.ts'
import type { Backoff } from '../retry-options.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import { failureNote } from '../setting-aside/delivery-note.ts'
import type { Statistics } from '../statistics.ts'
import { type Handler, type Middleware, type Outcome, recover } from './handler.ts'

/** What retrying needs. */
export interface RetryNeeds {
  /** Waits without a slot. */
  readonly wait: (event: PendingEvent, delayMs: number) => Promise<void>
  readonly clock: Clock
  readonly listener: OutcomeListener | undefined
  readonly statistics: Statistics
  readonly logger: Logger
  /** From 0 to 1, for the jitter. Default Math.random. */
  readonly random?: () => number
}

/**
 * Tries a failed event again in place, waiting longer each time; only its key waits. Fails with the last failure.
 *
 * An attempt that was interrupted through no fault of its own is repeated and does not count.
 */
export function retry({ wait, clock, listener, statistics, logger, random = Math.random }: RetryNeeds): Middleware {
  return (next) => {
    const attempt: Handler = (event) => {
      event.attempts += 1
      return recover(next, event, failed)
    }
    const again = async (event: PendingEvent, delayMs: number): Promise<void> => {
      await wait(event, delayMs)
      event.refresh()
      await attempt(event)
    }
    const failed = (event: PendingEvent, error: unknown): Outcome => {
      const held = isHouseHelperError(error, 'RECEIPT_HELD')
      // The process has lived through this attempt; one that has not begun its handler says nothing.
      if (!held) event.deaths = []
      if (event.dropped) return undefined
      const options = event.route.retry
      if (isInterruption(error)) {
        event.attempts -= 1
        // Who has the receipt in hand is given time; it may be a dead process, whose transaction ends by itself.
        return again(event, held ? options.baseMs : 0)
      }
      if (isHouseHelperError(error)) event.firstFailure ??= failureNote(error, clock.now())
      const isLast = !isRetriable(error) || event.attempts >= event.attemptLimit
      const delayMs = isLast ? undefined : backoffMs(options, event.attempts, random())
      // What comes from below fails with a SubscriberError only.
      listener?.failed(handlingOf(event), error as SubscriberError, delayMs)
      if (delayMs === undefined) throw error
      statistics.retried += 1
      logger.warn({ ...event.place(), attempt: event.attempts, delayMs, err: error }, 'A handler failed; trying again')
      return again(event, delayMs)
    }
    return attempt
  }
}

/** The pause after an attempt, in milliseconds: doubled each time up to `maxMs`, and between half and all of that. */
export function backoffMs(
  { baseMs, maxMs }: Pick<Backoff, 'baseMs' | 'maxMs'>,
  attempts: number,
  random: number,
): number {
  const fullMs = Math.min(maxMs, baseMs * 2 ** (attempts - 1))
  return Math.round(fullMs * (0.5 + random / 2))
}

function isInterruption(error: unknown): boolean {
  return isHouseHelperError(error, 'LEASE_UNCERTAIN', 'PARTITION_LOST', 'CLOSING', 'RECEIPT_HELD')
}

function isRetriable(error: unknown): boolean {
  return isHouseHelperError(error) && error.canRetry
}
