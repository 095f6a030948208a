import type { FetchedMessage, TopicPartition } from '@house-helper/events-core'
import { type PartitionState, partitionSchema } from '../documents.ts'
import { LogError } from '../errors.ts'
import { parseDocument } from '../event-record.ts'
import { FIRST_HEAD, type HeadChain } from '../head.ts'
import { readDocuments } from '../pages.ts'
import { addCounts, type Counts, noCounts } from '../stats.ts'
import { backfilledOffsets } from './backfills.ts'
import { checkEntry, type RemovedView } from './entry-check.ts'
import type { Finding, LocalFinding } from './finding.ts'
import { ledgerStretches, type Stretch } from './ledger-stretches.ts'
import { type RemovedViews, removedViews } from './removed-views.ts'
import { readStored, type Stored } from './stored-messages.ts'
import { type TopicCursor, topicCursor } from './topic-cursor.ts'
import type { VerificationParts } from './verification-parts.ts'

/** How far the check of one partition is: `next` of the generation is reached, of `end` in the newest one. */
export interface PartitionProgress extends TopicPartition {
  readonly generation: number
  readonly next: number
  readonly end: number
}

/** What was found of one partition. */
export interface PartitionVerdict extends TopicPartition {
  readonly generations: number
  /** Up to which offset of the newest generation it was checked; what was recorded later was not. */
  readonly next: number
  /** Entries of the ledger. */
  readonly entries: number
  /** Messages that the ledger has. */
  readonly messages: number
  /** How many of them were compared with the topic, byte for byte: those that it still holds. */
  readonly compared: number
  /** How many of them are not stored any more, since retention has removed them. */
  readonly removed: number
  /** Offsets in gaps. */
  readonly gaps: number
  /** Entries whose head was computed anew, and those where it could not be: the topic has no more what they repeat. */
  readonly heads: { readonly proved: number; readonly unproved: number }
  /** Whether the topic is the log that the ledger tells of; otherwise nothing could be compared with it. */
  readonly topicIsSame: boolean
  /** How many findings there are. */
  readonly findings: number
}

/** What checking a partition tells as it goes on. */
export type PartitionStep =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'progress'; readonly progress: PartitionProgress }
  | { readonly kind: 'partition'; readonly partition: PartitionVerdict }

/** The topic behind a partition, as far as it is the log that the newest generation tells of. */
interface TopicView {
  readonly low: number
  readonly cursor: TopicCursor
}

/** Reads the state of a partition that is recorded. */
export async function readState(place: TopicPartition, parts: VerificationParts): Promise<PartitionState> {
  const { collections, maxTimeMs } = parts
  const _id = `${place.topic}/${place.partition}`
  const [document] = await readDocuments(collections.partitions.find({ _id }, { maxTimeMS: maxTimeMs }).limit(1))
  if (document === undefined) throw new LogError('LOG_LEDGER_INVALID', `Nothing is recorded of ${_id}.`)
  return parseDocument(partitionSchema, document, 'partitions')
}

/** Checks one partition: ledger against records against topic, entry by entry, up to its state at the beginning. */
export async function* checkPartition(
  state: PartitionState,
  parts: VerificationParts,
): AsyncGenerator<PartitionStep, void> {
  const { topic, partition } = state
  const view = await topicView(state, parts)
  const backfilled = await backfilledOffsets(state, parts)
  const removed = await removedViews(state, parts)
  const tally = { entries: 0, messages: 0, compared: 0, removed: 0, gaps: 0, findings: 0, proved: 0, unproved: 0 }
  let counts: Counts = noCounts
  let head: Uint8Array = FIRST_HEAD
  for await (const stretch of ledgerStretches(state, parts)) {
    parts.signal?.throwIfAborted()
    const { generation, entries, breaks } = stretch
    const newestView = generation === state.generation ? view : undefined
    const known = backfilled.get(generation) ?? new Set<number>()
    const checked = await checkStretch(state, stretch, { head, view: newestView, backfilled: known }, removed, parts)
    for (const found of [...breaks, ...checked.findings]) {
      tally.findings += 1
      yield { kind: 'finding', finding: { ...found, topic, partition, generation } }
    }
    tally.entries += entries.length
    tally.compared += checked.compared
    tally.removed += checked.removed
    tally.proved += checked.proved
    tally.unproved += entries.length - checked.proved
    for (const entry of entries) {
      tally.messages += entry.messages
      tally.gaps += entry.gaps.reduce((sum, { from, to }) => sum + to - from, 0)
      counts = addCounts(counts, entry.counts)
    }
    head = entries.at(-1)?.head ?? head
    const next = entries.at(-1)?.to ?? state.next
    yield { kind: 'progress', progress: { topic, partition, generation, next, end: state.next } }
  }
  for (const found of stateFindings(state, head, counts)) {
    tally.findings += 1
    yield { kind: 'finding', finding: { ...found, topic, partition, generation: state.generation } }
  }
  const { proved, unproved, ...sums } = tally
  const place = { topic, partition, generations: state.generation, next: state.next, topicIsSame: view !== undefined }
  yield { kind: 'partition', partition: { ...place, ...sums, heads: { proved, unproved } } }
}

async function topicView(state: PartitionState, { transport }: VerificationParts): Promise<TopicView | undefined> {
  const { topic, partition, clusterId, topicId, next } = state
  const [found] = await transport.admin.describeTopics([topic])
  if (found === undefined || found.partitions <= partition) return undefined
  const [cluster, ids, ranges] = await Promise.all([
    transport.admin.clusterId(),
    transport.admin.topicIds([topic]),
    transport.admin.ranges([topic]),
  ])
  const range = ranges.find((range) => range.partition === partition)
  const isOther = topicId !== undefined && ids.get(topic) !== undefined && ids.get(topic) !== topicId
  if (range === undefined || cluster !== clusterId || isOther || range.high < next) return undefined
  return { low: range.low, cursor: topicCursor(transport, state) }
}

interface StretchContext {
  readonly head: Uint8Array
  readonly view: TopicView | undefined
  readonly backfilled: ReadonlySet<number>
}

/** What checking the entries of a stretch found. */
interface StretchCheck {
  readonly findings: LocalFinding[]
  readonly compared: number
  readonly removed: number
  readonly proved: number
}

async function checkStretch(
  { topic, partition }: TopicPartition,
  { generation, entries }: Stretch,
  context: StretchContext,
  removed: RemovedViews,
  parts: VerificationParts,
): Promise<StretchCheck> {
  const { view } = context
  const from = entries[0]?.from ?? 0
  const to = entries.at(-1)?.to ?? from
  const [stored, inTopic] = await Promise.all([
    readStored({ topic, partition, generation }, entries, parts),
    view?.cursor.take(Math.max(from, view.low), to),
  ])
  const messages = inTopic && new Map(inTopic.map((message) => [message.offset, message]))
  const evidence = { entries, stored, messages, context, chain: parts.chain }
  const check = checkEntries(evidence, removed.of(generation))
  if (!check.findings.some(({ kind }) => kind === 'missing')) return check
  // Retention may be at work: it says what it removes before it does.
  await removed.refresh()
  return checkEntries(evidence, removed.of(generation))
}

interface StretchEvidence extends Pick<Stretch, 'entries'> {
  readonly stored: Stored
  readonly messages: ReadonlyMap<number, FetchedMessage> | undefined
  readonly context: StretchContext
  readonly chain: HeadChain
}

function checkEntries(evidence: StretchEvidence, removed: RemovedView): StretchCheck {
  const { entries, stored, messages, chain } = evidence
  const { view, backfilled, head: before } = evidence.context
  const sum: StretchCheck = { findings: [], compared: 0, removed: 0, proved: 0 }
  let head = before
  return entries.reduce((sum, entry) => {
    const check = checkEntry({ entry, stored, topic: messages, low: view?.low ?? 0, backfilled, removed, head }, chain)
    head = entry.head
    return {
      findings: [...sum.findings, ...check.findings],
      compared: sum.compared + check.compared,
      removed: sum.removed + check.removed,
      proved: sum.proved + (check.isHeadProved ? 1 : 0),
    }
  }, sum)
}

function stateFindings(state: PartitionState, head: Uint8Array, counts: Counts): LocalFinding[] {
  const found = (detail: string): LocalFinding => {
    return { kind: 'ledger-broken', from: state.next, to: state.next, inTopic: false, detail }
  }
  const names = ['recorded', 'repeats', 'conflicts', 'quarantined'] as const
  const wrong = names.filter((name) => counts[name] !== state.counts[name])
  return [
    ...(Buffer.from(state.head).equals(head)
      ? []
      : [found("the partition's state has another head than its last entry")]),
    ...wrong.map((name) => found(`the state counts ${state.counts[name]} ${name} and the entries ${counts[name]}`)),
  ]
}
