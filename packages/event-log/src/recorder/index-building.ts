import { within } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { ensureIndexes } from '../collections.ts'
import { storeError } from '../mongo-errors.ts'
import type { ListenerParts } from './recorder-listeners.ts'
import { retrying } from './retry.ts'

/** How long a start waits for the indexes, in milliseconds. */
const START_WAIT_MS = 5_000
const REASON = 'indexes'

/**
 * Makes the indexes that are missing. A log that has been recorded for long takes minutes to index: then recording begins
 * meanwhile, and health says what is being built until it is. Throws where they cannot be made at the start.
 */
export async function makeIndexes(
  db: Db,
  parts: Pick<ListenerParts, 'health' | 'logger'>,
  signal: AbortSignal,
  startWaitMs = START_WAIT_MS,
): Promise<void> {
  const building = ensureIndexes(db)
  try {
    if (await within(building, startWaitMs)) return
  } catch (error) {
    throw storeError(error, 'making the indexes')
  }
  parts.health.set(REASON, 'Indexes of the log are being built: questions that need them fail until they are.')
  parts.logger.info({}, 'indexes are being built; recording begins meanwhile')
  finish(building, db, parts, signal).catch(() => {
    // The recorder was closed; whoever starts next goes on.
  })
}

async function finish(
  building: Promise<void>,
  db: Db,
  { health, logger }: Pick<ListenerParts, 'health' | 'logger'>,
  signal: AbortSignal,
): Promise<void> {
  const failed = (error: unknown) => {
    const { message } = storeError(error, 'making the indexes')
    health.set(REASON, message)
    logger.warn({ error: message }, 'indexes could not be built; it is tried again')
  }
  await building.catch((error: unknown) => {
    failed(error)
    return retrying(() => ensureIndexes(db), signal, failed)
  })
  health.clear(REASON)
  logger.info({}, 'indexes are built')
}
