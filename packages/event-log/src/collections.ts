import type { Collection, Db, IndexDescription, WriteConcernSettings } from 'mongodb'
import type { LedgerEntry, PartitionState, QuarantineDocument, RecordDocument } from './documents.ts'

/** The log's collections in one database. */
export interface Collections {
  readonly records: Collection<RecordDocument>
  readonly quarantine: Collection<QuarantineDocument>
  readonly ledger: Collection<LedgerEntry>
  readonly partitions: Collection<PartitionState>
}

/** How everything is written: acknowledged by a majority, in their journals. */
export const DURABLE: WriteConcernSettings = { w: 'majority', j: true }

/**
 * The indexes of `records`: each costs about a fifth of the recording rate, so there is one for each way to list.
 * They rise, and lists read them backwards: a rising index grows at its right end, which is cheaper to write.
 */
export const RECORD_INDEXES: readonly IndexDescription[] = [
  { name: 'by_time', key: { time: 1, _id: 1 } },
  { name: 'by_subject', key: { subject: 1, time: 1, _id: 1 } },
  { name: 'by_type', key: { type: 1, time: 1, _id: 1 } },
  { name: 'by_position', key: { topic: 1, partition: 1, generation: 1, offset: 1 } },
]

const QUARANTINE_INDEXES: readonly IndexDescription[] = [
  { name: 'by_quarantined_at', key: { quarantinedAt: 1, _id: 1 } },
]

/** Names the collections; nothing is made in the database. */
export function collections(db: Db): Collections {
  // Buffers instead of Binary objects; undefined fields are left out instead of stored as null.
  const options = { promoteBuffers: true, ignoreUndefined: true, writeConcern: DURABLE }
  const majority = { ...options, readConcern: { level: 'majority' as const }, readPreference: 'primary' as const }
  return {
    records: db.collection<RecordDocument>('records', majority),
    quarantine: db.collection<QuarantineDocument>('quarantine', majority),
    ledger: db.collection<LedgerEntry>('ledger', majority),
    partitions: db.collection<PartitionState>('partitions', majority),
  }
}

/** Makes the indexes that are missing; what exists stays. */
export async function ensureIndexes({ records, quarantine }: Collections): Promise<void> {
  await records.createIndexes([...RECORD_INDEXES])
  await quarantine.createIndexes([...QUARANTINE_INDEXES])
}
