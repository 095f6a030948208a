import type { Clock } from '@house-helper/events-core'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Middleware } from './handler.ts'

/** The longest that a timer can wait, in milliseconds: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Keeps a delivery waiting, without a slot, until the time that it states.
 *
 * Never longer than the group's own delay: the time was stated by another member's clock.
 */
export function notBefore(clock: Clock, wait: (event: PendingEvent, delayMs: number) => Promise<void>): Middleware {
  return (next) => (event) => {
    const notBeforeMs = event.note?.notBeforeMs
    if (notBeforeMs === undefined) return next(event)
    const longestMs = event.route.retry.later?.delayMs ?? MAX_TIMER_MS
    const delayMs = Math.min(notBeforeMs - clock.now(), longestMs)
    if (delayMs <= 0) return next(event)
    return wait(event, delayMs).then(() => next(event))
  }
}
