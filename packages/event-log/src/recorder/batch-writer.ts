import type { FetchedMessage, Transport } from '@house-helper/events-core'
import type { Gap, PartitionState, QuarantineDocument, RecordDocument } from '../documents.ts'
import { LogError } from '../errors.ts'
import { type HeadChain, messageDigest } from '../head.ts'
import type { Store } from '../store.ts'
import type { EntryContent, Ledger } from './ledger.ts'
import type { DocumentMaker } from './message-documents.ts'
import type { RecordOutcome, RecordWriter } from './record-writer.ts'

/** What writing batches needs. */
export interface BatchWriterParts {
  readonly transport: Transport
  readonly store: Store
  readonly ledger: Ledger
  readonly chain: HeadChain
  readonly makeDocument: DocumentMaker
  readonly writeRecords: RecordWriter
}

/** A batch, read and judged, that is to be written after a state. */
export interface PreparedBatch {
  readonly messages: readonly FetchedMessage[]
  readonly records: readonly RecordDocument[]
  readonly quarantined: readonly QuarantineDocument[]
  readonly head: Uint8Array
  readonly last: PartitionState['last']
}

/** Reads and judges consecutive messages; pure. */
export function prepareBatch(
  state: PartitionState,
  messages: readonly FetchedMessage[],
  { chain, makeDocument }: Pick<BatchWriterParts, 'chain' | 'makeDocument'>,
): PreparedBatch {
  const records: RecordDocument[] = []
  const quarantined: QuarantineDocument[] = []
  const now = new Date()
  let head = state.head
  for (const message of messages) {
    head = chain.append(head, message)
    const made = makeDocument(message, state, now)
    if (made.kind === 'record') records.push(made.document)
    else quarantined.push(made.document)
  }
  const message = messages.at(-1)
  const last = message === undefined ? state.last : { offset: message.offset, digest: messageDigest(chain, message) }
  return { messages, records, quarantined, head, last }
}

/**
 * Writes a batch: first its records and quarantined messages, which does nothing to those that are there; then the
 * ledger, by compare-and-set. Committing to Kafka is the caller's, afterwards. So a kill between any two steps leaves
 * a batch that is either written again to the same end, or done.
 *
 * Returns the state after it, or undefined when the partition is not in the state before any more. `isFiled` says whether the entry
 * of the state before is in the ledger's collection; it is filed on the way.
 */
export async function writeBatch(
  before: PartitionState,
  isFiled: boolean,
  batch: PreparedBatch,
  parts: BatchWriterParts,
): Promise<PartitionState | undefined> {
  const { store, ledger, writeRecords } = parts
  const [outcomes, gaps] = await Promise.all([
    batch.records.length === 0 ? [] : writeRecords(before, batch.records),
    gapsOf(before, batch.messages, parts.transport),
    writeQuarantine(store, batch.quarantined),
    isFiled ? undefined : ledger.file(before),
  ])
  const after = ledger.extended(before, contentOf(batch, outcomes, gaps), batch.last)
  return (await ledger.advance(before, after)) ? after : undefined
}

async function writeQuarantine(store: Store, documents: readonly QuarantineDocument[]): Promise<void> {
  if (documents.length === 0) return
  // Its id is its place, so a duplicate is this very message, written before.
  const { refused } = await store.insert('quarantine', documents)
  const document = documents[refused[0] ?? -1]
  if (document === undefined) return
  const { topic, partition, offset, value } = document
  throw new LogError(
    'LOG_MESSAGE_REFUSED',
    `MongoDB refuses the message at ${document._id} (${value?.length ?? 0} bytes). Set max.message.bytes of ${topic} to 15 MiB or less.`,
    { details: { topic, partition, offset } },
  )
}

function contentOf(batch: PreparedBatch, outcomes: readonly RecordOutcome[], gaps: Gap[]): EntryContent {
  const { messages, records, quarantined, head } = batch
  const withOutcome = (outcome: RecordOutcome) => records.filter((_, index) => outcomes[index] === outcome)
  const repeats = withOutcome('repeat').map(({ offset, _id }) => ({ offset, id: _id }))
  const conflicts = withOutcome('conflict').map(({ offset }) => offset)
  return {
    kind: 'batch',
    to: (messages.at(-1)?.offset ?? 0) + 1,
    messages: messages.length,
    counts: {
      recorded: records.length - repeats.length,
      repeats: repeats.length,
      conflicts: conflicts.length,
      quarantined: quarantined.length,
    },
    repeats,
    conflicts,
    quarantined: quarantined.map(({ offset }) => offset),
    gaps,
    head,
  }
}

/** The offsets from the state's next to the last message that no message has; asks Kafka why only where there are any. */
async function gapsOf(
  state: PartitionState,
  messages: readonly FetchedMessage[],
  transport: Transport,
): Promise<Gap[]> {
  const holes: { from: number; to: number }[] = []
  let expected = state.next
  for (const { offset } of messages) {
    if (offset > expected) holes.push({ from: expected, to: offset })
    expected = offset + 1
  }
  if (holes.length === 0) return []
  const ranges = await transport.admin.ranges([state.topic])
  const low = ranges.find(({ partition }) => partition === state.partition)?.low ?? 0
  return holes.flatMap(({ from, to }) => splitAt(from, to, low))
}

function splitAt(from: number, to: number, low: number): Gap[] {
  const middle = Math.min(Math.max(low, from), to)
  const gaps: Gap[] = [
    { from, to: middle, reason: 'truncated' },
    { from: middle, to, reason: 'missing' },
  ]
  return gaps.filter((gap) => gap.from < gap.to)
}

/**
 * Whether Kafka holds no message between the state's next and the batch's first. A batch may also begin late because it
 * was fetched from elsewhere, before the receiver was told where to go on: that is no gap, and nothing may be skipped.
 */
export async function followsOn(
  { topic, partition, next }: PartitionState,
  { offset: first }: FetchedMessage,
  transport: Transport,
): Promise<boolean> {
  if (first <= next) return first === next
  const [message] = await transport.read({ topic, partition, offset: next }, { maxBytes: 1 })
  return message === undefined || message.offset >= first
}
