import { SubscriberError } from '../errors.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Handler, Middleware } from './handler.ts'

/** The first deaths may be the doing of another event that was being handled at the same time. */
const MIN_DEATHS = 3

/** What the guard needs. */
export interface CrashGuardNeeds {
  /** Commits what is done and what is being tried; resolves also where that was impossible. */
  readonly commit: () => Promise<void>
  /** Resolves once the event may begin. */
  readonly admitted: (event: PendingEvent) => Promise<void>
  /** The instances that are members of the group; the event waits without a slot until that is known. */
  readonly present: (event: PendingEvent) => Promise<ReadonlySet<string>>
}

/**
 * Brings an event that kills the process to its end: the first attempts in a partition, and those of events that may
 * have killed a process before, are committed before they begin, so that they count although nobody lives to tell.
 *
 * Before an event is given up as the killer, those that it is said to have killed are looked for in the group: one that
 * lives has lost the partition in another way, and that attempt does not count.
 */
export function crashGuard({ commit, admitted, present }: CrashGuardNeeds): Middleware {
  return (next) => {
    const guarded = async (event: PendingEvent): Promise<void> => {
      await commit()
      await admitted(event)
      if (!event.dropped) await next(event)
    }
    const examined = async (event: PendingEvent): Promise<void> => {
      const members = await present(event)
      const deaths = event.deaths.filter((instance) => !members.has(instance))
      event.attempts -= event.deaths.length - deaths.length
      event.deaths = deaths
      if (isKiller(event)) {
        // This attempt does not run.
        event.attempts -= 1
        throw processDied(event)
      }
      await guarded(event)
    }
    const handler: Handler = (event) => {
      if (isKiller(event)) return examined(event)
      return event.suspect || event.window.guarded ? guarded(event) : next(event)
    }
    return handler
  }
}

/** Whether its attempts are used up, and the last ones by deaths alone: one that failed in between was lived through. */
function isKiller({ attempts, attemptLimit, deaths }: PendingEvent): boolean {
  return attempts > attemptLimit && deaths.length >= MIN_DEATHS
}

function processDied(event: PendingEvent): SubscriberError {
  return new SubscriberError(
    'PROCESS_DIED',
    `The process died in each of the last attempts to handle this event (${event.attempts} so far).`,
  )
}
