import type { PartitionRange, TopicPartition, Transport } from '@house-helper/events-core'
import type { Gap, PartitionState, StartReason } from '../documents.ts'
import { type HeadChain, messageDigest } from '../head.ts'
import { noCounts } from '../stats.ts'
import type { Ledger } from './ledger.ts'

/** What Kafka says of a partition when it is opened. */
export interface KafkaView {
  readonly clusterId: string
  /** Undefined where the brokers are too old to tell. */
  readonly topicId: string | undefined
  readonly range: PartitionRange
}

/** Asks Kafka about a partition. Questions of one moment may share an answer. */
export type KafkaViewer = (place: TopicPartition) => Promise<KafkaView>

/** What opening a partition needs. */
export interface OpeningParts {
  readonly transport: Transport
  readonly ledger: Ledger
  readonly chain: HeadChain
  readonly kafkaView: KafkaViewer
}

/** A partition's state as it goes on, and why a new generation began where the log was not the one recorded before. */
export interface Opened {
  readonly state: PartitionState
  readonly alarm: Exclude<StartReason, 'first'> | undefined
  /** What retention had removed before it was recorded. */
  readonly gap: Gap | undefined
}

/**
 * Finds where a partition goes on: at the ledger's `next`, if Kafka still holds the log that the ledger tells of.
 *
 * A log of another cluster or of a topic that was made again, a shorter one, or one with another message at the last
 * recorded offset is another log: it begins a new generation. What retention removed before it was recorded becomes a gap at once.
 *
 * Undefined when another recorder moved the partition meanwhile; ask again.
 */
export async function openPartition(place: TopicPartition, parts: OpeningParts): Promise<Opened | undefined> {
  const { ledger } = parts
  // The ledger first: what Kafka answers afterwards is never older than what was recorded.
  const before = await ledger.open(place)
  const kafka = await parts.kafkaView(place)
  const reason = before && (await changeOf(before, kafka, parts))
  const { low } = kafka.range
  const { clusterId, topicId } = kafka
  if (before === undefined || reason !== undefined) {
    const state = ledger.started(place, { reason: reason ?? 'first', clusterId, topicId, low }, before)
    return advanced(ledger, before, state, reason)
  }
  // A state from before brokers had ids gets the topic's with its next entry.
  const state = topicId === undefined ? before : { ...before, topicId }
  if (low <= before.next) return { state, alarm: undefined, gap: undefined }
  const gap = { from: before.next, to: low, reason: 'truncated' as const }
  const nothing = { messages: 0, counts: noCounts, repeats: [], conflicts: [], quarantined: [], head: before.head }
  const after = ledger.extended(state, { kind: 'gap', to: low, ...nothing, gaps: [gap] }, before.last)
  return advanced(ledger, before, after, undefined)
}

async function advanced(
  ledger: Ledger,
  before: PartitionState | undefined,
  state: PartitionState,
  alarm: Opened['alarm'],
): Promise<Opened | undefined> {
  if (!(await ledger.advance(before, state))) return undefined
  await ledger.file(state)
  return { state, alarm, gap: state.entry.gaps[0] }
}

async function changeOf(
  { topic, partition, clusterId, topicId, next, last }: PartitionState,
  kafka: KafkaView,
  { transport, chain }: OpeningParts,
): Promise<Opened['alarm']> {
  if (clusterId !== kafka.clusterId) return 'cluster-changed'
  const areTold = topicId !== undefined && kafka.topicId !== undefined
  if (areTold && topicId !== kafka.topicId) return 'topic-changed'
  if (kafka.range.high < next) return 'log-shorter'
  if (last === null || last.offset < kafka.range.low) return undefined
  const [message] = await transport.read({ topic, partition, offset: last.offset }, { maxBytes: 1 })
  // Compacted since: there is nothing to compare.
  if (message?.offset !== last.offset) return undefined
  return Buffer.from(last.digest).equals(messageDigest(chain, message)) ? undefined : 'message-changed'
}
