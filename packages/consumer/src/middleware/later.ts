import { retryNote } from '../setting-aside/delivery-note.ts'
import type { GiveUp } from './give-up.ts'
import { type SetAsideNeeds, setAside } from './set-aside.ts'

/**
 * Sends an event whose attempts in place have ended to the group's inbox, to come again after the delay; its key goes
 * on, so the order of the key is given up. What trying again would not cure goes to the next strategy, and so does an
 * event that has come again as often as it may.
 */
export function later(needs: SetAsideNeeds, next: GiveUp): GiveUp {
  const { clock, statistics, logger } = needs
  return (event, failure) => {
    const { later: options } = event.route.retry
    const retries = event.note?.retries ?? 0
    if (options === undefined || !failure.canRetry || retries >= options.attempts) return next(event, failure)
    const { delayMs } = options
    const attempts = event.attemptsAltogether
    return setAside(needs, event, retryNote(event, failure, delayMs, clock.now())).then(() => {
      statistics.postponed += 1
      logger.warn({ ...event.place(), attempts, delayMs, err: failure }, 'An event comes again later; its key goes on')
    })
  }
}
