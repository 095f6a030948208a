import type { Collection, Db, IndexDescription, WriteConcernSettings } from 'mongodb'
import type { BackfillDocument, LedgerEntry, PartitionState, QuarantineDocument, RecordDocument } from './documents.ts'
import { contractVerdicts } from './filter/event-filter.ts'
import { ensureVectorIndexes } from './vectors/vector-collection.ts'

/** The log's collections in one database. */
export interface Collections {
  readonly records: Collection<RecordDocument>
  readonly quarantine: Collection<QuarantineDocument>
  readonly ledger: Collection<LedgerEntry>
  readonly partitions: Collection<PartitionState>
  readonly backfills: Collection<BackfillDocument>
}

/** How everything is written: acknowledged by a majority, in their journals. */
export const DURABLE: WriteConcernSettings = { w: 'majority', j: true }

/**
 * The indexes of `records`. Each costs recording rate and memory, so there is one for each way to ask, and docs/operate.md
 * says what each is for. They rise, and lists read them backwards: a rising index grows at its right end, which is cheaper
 * to write. Partial ones hold only the records that have the field.
 */
export const RECORD_INDEXES: readonly IndexDescription[] = [
  { name: 'by_time', key: { time: 1, _id: 1 } },
  { name: 'by_type', key: { type: 1, time: 1, _id: 1 } },
  // The type stands last: it does not order, and tells a list which events it need not look at.
  { name: 'by_household_type', key: { householdId: 1, time: 1, _id: 1, type: 1 }, ...whereGiven('householdId') },
  // So does the subject: most of what a user does is about the household.
  { name: 'by_user_subject', key: { userId: 1, time: 1, _id: 1, type: 1, subject: 1 }, ...whereGiven('userId') },
  { name: 'by_correlation', key: { correlationId: 1, time: 1, _id: 1 } },
  { name: 'by_causation', key: { causationId: 1, time: 1, _id: 1 }, ...whereGiven('causationId') },
  {
    name: 'by_contract',
    key: { contract: 1, time: 1, _id: 1 },
    partialFilterExpression: { contract: { $in: contractVerdicts.filter((verdict) => verdict !== 'ok') } },
  },
  { name: 'by_position', key: { topic: 1, partition: 1, generation: 1, offset: 1 } },
]

/** Indexes of earlier versions that others have replaced. One is dropped only where it is exactly this. */
const REPLACED_RECORD_INDEXES: readonly IndexDescription[] = [
  // By by_household_type and by_user_subject: a subject is one of the two.
  { name: 'by_subject', key: { subject: 1, time: 1, _id: 1 } },
  { name: 'by_household', key: { householdId: 1, time: 1, _id: 1 } },
  { name: 'by_user', key: { userId: 1, time: 1, _id: 1 } },
  { name: 'by_user_type', key: { userId: 1, time: 1, _id: 1, type: 1 } },
]

const QUARANTINE_INDEXES: readonly IndexDescription[] = [
  { name: 'by_quarantined_at', key: { quarantinedAt: 1, _id: 1 } },
  { name: 'by_position', key: { topic: 1, partition: 1, generation: 1, offset: 1 } },
]

/** Entries in the order of a partition, for verifying: their ids are made of numbers, and do not sort as numbers do. */
const LEDGER_INDEXES: readonly IndexDescription[] = [
  { name: 'by_place', key: { topic: 1, partition: 1, generation: 1, from: 1, to: 1 } },
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
    backfills: db.collection<BackfillDocument>('backfills', majority),
  }
}

/** Makes the indexes that are missing, then drops those of an earlier version that they replace; everything else stays. */
export async function ensureIndexes(db: Db): Promise<void> {
  const { records, quarantine, ledger } = collections(db)
  await records.createIndexes([...RECORD_INDEXES])
  await quarantine.createIndexes([...QUARANTINE_INDEXES])
  await ledger.createIndexes([...LEDGER_INDEXES])
  await ensureVectorIndexes(db)
  for (const { name, key } of await records.indexes()) {
    const isReplaced = REPLACED_RECORD_INDEXES.some(
      (replaced) => replaced.name === name && JSON.stringify(replaced.key) === JSON.stringify(key),
    )
    if (isReplaced && name !== undefined) await records.dropIndex(name)
  }
}

function whereGiven(field: string): Pick<IndexDescription, 'partialFilterExpression'> {
  return { partialFilterExpression: { [field]: { $exists: true } } }
}
