import type { TopicPartition } from '@house-helper/events-core'
import type { PartitionState, RecordDocument } from '../documents.ts'
import type { Counts } from '../stats.ts'

/** A batch that is in the ledger. */
export interface RecordedBatch extends TopicPartition {
  readonly messages: number
  readonly counts: Counts
  /** What the contracts thought of the records that are new, conflicts included. */
  readonly contracts: Readonly<Record<RecordDocument['contract'], number>>
  /** Milliseconds from taking the messages to the ledger's acknowledgement. */
  readonly processingMs: number
}

/** Describes a batch from the state after it and the records that were to be written. */
export function recordedBatch(
  { topic, partition, entry }: PartitionState,
  records: readonly Pick<RecordDocument, 'offset' | 'contract'>[],
  processingMs: number,
): RecordedBatch {
  const repeats = new Set(entry.repeats.map(({ offset }) => offset))
  const contracts = { ok: 0, broken: 0, 'unknown-type': 0, 'unknown-version': 0 }
  for (const { offset, contract } of records) if (!repeats.has(offset)) contracts[contract]++
  return { topic, partition, messages: entry.messages, counts: entry.counts, contracts, processingMs }
}
