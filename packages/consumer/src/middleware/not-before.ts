import type { Clock } from '@house-helper/events-core'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Middleware } from './handler.ts'

/**
 * Keeps a delivery waiting, without a slot, until the time that it states.
 *
 * Never longer than the group's own delay: the time was stated by another member's clock.
 */
export function notBefore(clock: Clock, wait: (event: PendingEvent, delayMs: number) => Promise<void>): Middleware {
  return (next) => (event) => {
    const notBeforeMs = event.note?.notBeforeMs
    if (notBeforeMs === undefined) return next(event)
    const longestMs = event.route.retry.later?.delayMs ?? Number.POSITIVE_INFINITY
    const delayMs = Math.min(notBeforeMs - clock.now(), longestMs)
    if (delayMs <= 0) return next(event)
    return wait(event, delayMs).then(() => next(event))
  }
}
