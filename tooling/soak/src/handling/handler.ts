import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HandlerContext, TasksEvent, TasksEventType } from '@house-helper/tasks'
import type { MongoContext } from '@house-helper/tasks/mongo'
import type { Db } from 'mongodb'
import { type Conduct, conductOf } from './conduct.ts'
import { haveEffect } from './effects.ts'

/** What the handlers of one service have in common. */
export interface HandlerNeeds {
  readonly db: Db
  /** Whether events that say so bring this service into trouble. */
  readonly troubled: boolean
  /** Attempts whose signal aborted before their handler was done: their effects must not be there. */
  readonly stale: Set<string>
  /** Told the moment a handler has done its part. */
  readonly onHandled: (eventId: string) => void
}

/** Handles an event of any type of the domain tasks. */
export type ConductedHandler = (
  event: TasksEvent<TasksEventType>,
  context: HandlerContext & MongoContext,
) => Promise<void>

/** Makes the handler that does with each event what the event's metadata say, and has one effect in its transaction. */
export function conductedHandler({ db, troubled, stale, onHandled }: HandlerNeeds): ConductedHandler {
  return async ({ id, householdId, metadata }, { session, signal, delivery }) => {
    const conduct = conductOf(metadata)
    const attempt = randomUUID()
    const outlived = (): void => void stale.add(attempt)
    signal.addEventListener('abort', outlived, { once: true })
    if (troubled) await bringTrouble(conduct)
    await sleep(conduct.takesMs, undefined, conduct.heeds ? { signal } : {})
    if (conduct.fails === 'always' || delivery.attempt <= conduct.fails) throw new Error('Told to fail.')
    await haveEffect(db, session, householdId, { event: id, seq: Number(metadata.seq), attempt })
    // From here on it is for the receipt to say whether the effect stays.
    signal.removeEventListener('abort', outlived)
    onHandled(id)
  }
}

/** `stuck` holds one handler for good, `loop` the whole process for 20 s. */
async function bringTrouble({ trouble }: Conduct): Promise<void> {
  if (trouble === 'stuck') await new Promise<never>(() => {})
  if (trouble === 'loop') for (const endMs = performance.now() + 20_000; performance.now() < endMs; );
}
