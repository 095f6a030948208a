import type { Collection, Db, IndexDescription } from 'mongodb'
import { DURABLE } from '../collections.ts'
import type { DeadLetterDocument, DeadPartition } from './document.ts'

/** The name of the collection that holds dead letters. */
export const DEAD_LETTERS = 'deadLetters'

/**
 * The indexes of `deadLetters`. Lists name their states, all three if need be, so that each of them is read in order:
 * of every group, or of one. The third has all that counting by error takes, so that no bytes of messages are read for it.
 * The fourth finds the dead letters of an event.
 */
export const DEAD_LETTER_INDEXES: readonly IndexDescription[] = [
  { name: 'by_state', key: { state: 1, time: 1, offset: 1, _id: 1 } },
  { name: 'by_group', key: { group: 1, state: 1, time: 1, offset: 1, _id: 1 } },
  { name: 'by_error', key: { state: 1, group: 1, fingerprint: 1, time: 1, lastTime: 1 } },
  { name: 'by_event', key: { 'event.id': 1, state: 1 } },
]

/** The dead letters of a database. */
export function deadLetterCollection(db: Db): Collection<DeadLetterDocument> {
  return db.collection<DeadLetterDocument>(DEAD_LETTERS, options)
}

/** How far the dead-letter topics of a database are indexed. */
export function deadPartitionCollection(db: Db): Collection<DeadPartition> {
  return db.collection<DeadPartition>('deadPartitions', options)
}

/** Makes the indexes that are missing; what exists stays. */
export async function ensureDeadLetterIndexes(db: Db): Promise<void> {
  await deadLetterCollection(db).createIndexes([...DEAD_LETTER_INDEXES])
}

const options = {
  promoteBuffers: true,
  ignoreUndefined: true,
  writeConcern: DURABLE,
  readConcern: { level: 'majority' as const },
  readPreference: 'primary' as const,
}
