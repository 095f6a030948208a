import type { Collection, Db } from 'mongodb'
import { DURABLE } from '../collections.ts'
import type { PlanDocument, RunDocument } from './document.ts'

const options = {
  promoteBuffers: true,
  ignoreUndefined: true,
  writeConcern: DURABLE,
  readConcern: { level: 'majority' as const },
  readPreference: 'primary' as const,
}

/** How long an expired plan can still be told from one that never was, in seconds. */
const KEPT_AFTER_EXPIRY_S = 7 * 24 * 3_600

/** The replay plans of a database. */
export function planCollection(db: Db): Collection<PlanDocument> {
  return db.collection<PlanDocument>('replayPlans', options)
}

/** The replay runs of a database. */
export function runCollection(db: Db): Collection<RunDocument> {
  return db.collection<RunDocument>('replays', options)
}

/**
 * Makes the indexes that are missing. `by_state`: loggers look every second for runs that are to be sent, and lists show
 * the newest. `by_expiry` removes plans a week after they have expired.
 */
export async function ensureReplayIndexes(db: Db): Promise<void> {
  await runCollection(db).createIndexes([{ name: 'by_state', key: { state: 1, createdAt: 1, _id: 1 } }])
  await planCollection(db).createIndexes([
    { name: 'by_expiry', key: { expiresAt: 1 }, expireAfterSeconds: KEPT_AFTER_EXPIRY_S },
  ])
}
