import { SubscriberError } from '../errors.ts'
import type { PendingEvent } from '../pending-event.ts'
import type { Handler, Middleware } from './handler.ts'

/** The first deaths may be the doing of another event that was being handled at the same time. */
const MIN_DEATHS = 3

/** What the guard needs. */
export interface CrashGuardNeeds {
  /** Commits what is done and what is being tried; resolves also where that was impossible. */
  readonly commit: () => Promise<void>
  /** Resolves once the event may begin. */
  readonly admitted: (event: PendingEvent) => Promise<void>
}

/**
 * Brings an event that kills the process to its end: the first attempts in a partition, and those of events that may
 * have killed a process before, are committed before they begin, so that they count although nobody lives to tell.
 */
export function crashGuard({ commit, admitted }: CrashGuardNeeds): Middleware {
  return (next) => {
    const guarded = async (event: PendingEvent): Promise<void> => {
      await commit()
      await admitted(event)
      if (!event.dropped) await next(event)
    }
    const handler: Handler = (event) => {
      if (!event.suspect && !event.window.guarded) return next(event)
      if (event.suspect && event.attempts > Math.max(MIN_DEATHS, event.attemptLimit)) {
        // This attempt does not run.
        event.attempts -= 1
        throw processDied(event)
      }
      return guarded(event)
    }
    return handler
  }
}

function processDied(event: PendingEvent): SubscriberError {
  return new SubscriberError(
    'PROCESS_DIED',
    `The process died in each of the last attempts to handle this event (${event.attempts} so far).`,
  )
}
