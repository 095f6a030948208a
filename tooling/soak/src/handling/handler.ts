import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HandlerContext } from '@house-helper/consumer'
import type { MongoContext } from '@house-helper/outbox'
import type { Db } from 'mongodb'
import { type EffectEvent, effectCollections, haveEffect } from '../effects.ts'
import { type Conduct, conductOf } from './conduct.ts'

/** How long a loop holds its process, in milliseconds: twice the session that a subscriber has by default. */
export const LOOP_MS = 20_000

/** What the handlers of one service have in common. */
export interface HandlerNeeds {
  readonly db: Db
  /** Whether events that say so bring this service into trouble. */
  readonly troubled: boolean
  /** Attempts whose signal aborted before their handler was done: their effects must not be there. */
  readonly stale: Set<string>
}

/** What a troubled service says when its handler of an event gets into trouble. */
export const IN_TROUBLE = 'A handler is in trouble.'

type Handle = (domain: string, event: EffectEvent, context: HandlerContext & MongoContext) => Promise<void>

/** Counts effects of attempts whose signal had aborted before their handler was done. */
export function staleEffectsOf(db: Db, stale: Iterable<string>): Promise<number> {
  return effectCollections(db).attempts.countDocuments({ _id: { $in: [...stale] } })
}

/** Makes the handler that does with each event what the event's metadata say, and has one effect in its transaction. */
export function conductedHandler({ db, troubled, stale }: HandlerNeeds): Handle {
  return async (domain, event, { session, signal, delivery, logger }) => {
    const conduct = conductOf(event.metadata)
    const attempt = randomUUID()
    const outlived = (): void => void stale.add(attempt)
    signal.addEventListener('abort', outlived, { once: true })
    if (troubled && conduct.trouble !== 'none') {
      logger.warn({}, IN_TROUBLE)
      await bringTrouble(conduct)
    }
    if (conduct.takesMs > 0) await sleep(conduct.takesMs, undefined, conduct.heeds ? { signal } : {})
    if (conduct.fails === 'always' || delivery.attempt <= conduct.fails) throw new Error('Told to fail.')
    await haveEffect(db, domain, event, session)
    await effectCollections(db).attempts.insertOne({ _id: attempt }, { session })
    // From here on it is for the receipt to say whether the effect stays.
    signal.removeEventListener('abort', outlived)
  }
}

async function bringTrouble({ trouble }: Conduct): Promise<void> {
  if (trouble === 'stuck') await new Promise<never>(() => {})
  if (trouble === 'loop') for (const endMs = performance.now() + LOOP_MS; performance.now() < endMs; );
}
