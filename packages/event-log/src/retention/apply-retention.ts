import { setTimeout as wait } from 'node:timers/promises'
import { type TopicPartition, topicNames } from '@house-helper/events-core'
import { type Collection, type Db, MongoServerError } from 'mongodb'
import { type Collections, collections } from '../collections.ts'
import { readRecorded } from '../coverage.ts'
import { storeError } from '../mongo-errors.ts'
import type { PartitionPosition } from '../vectors/position-vector.ts'
import { type OldStretch, oldestMessages } from './old-messages.ts'
import type { KeptDomain, RetentionPolicy } from './policy.ts'
import { type PartitionPlace, type Removal, readRemovals, removalCollection } from './removal.ts'

/** What {@link applyRetention} takes. */
export interface RetentionOptions {
  readonly db: Db
  /** What topic names begin with. */
  readonly topicPrefix: string
  readonly policy: RetentionPolicy
  /** Only says what would be removed. Default: false. */
  readonly isDryRun?: boolean | undefined
  /** What time it is. Default: now. */
  readonly now?: Date | undefined
  /** How long one operation of MongoDB may take, in milliseconds. Default 30,000. */
  readonly maxTimeMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Messages of one topic-partition that were removed, or in a dry run would be. */
export interface RemovedMessages extends TopicPartition {
  readonly records: number
  readonly quarantined: number
}

/** What retention does to one domain. */
export interface DomainRetention extends KeptDomain {
  readonly topic: string
  /** What Kafka got before is removed. */
  readonly cutoff: Date
  /** Records and quarantined messages that were removed now, or would be. */
  readonly records: number
  readonly quarantined: number
  /** When Kafka got the first and the last of them; undefined where there are none. */
  readonly oldest: Date | undefined
  readonly newest: Date | undefined
  /** When Kafka got the first message that is kept; undefined where none is. */
  readonly oldestKept: Date | undefined
  /** Records and quarantined messages that were removed before. */
  readonly removedBefore: { readonly records: number; readonly quarantined: number }
}

/** What applying a policy tells as it goes on; `summary` is the last. */
export type RetentionStep =
  | { readonly kind: 'progress'; readonly progress: RemovedMessages }
  | { readonly kind: 'domain'; readonly domain: DomainRetention }
  | { readonly kind: 'summary'; readonly summary: { readonly records: number; readonly quarantined: number } }

interface Parts {
  readonly collections: Collections
  readonly removals: Collection<Removal>
  readonly isDryRun: boolean
  readonly maxTimeMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Removes what is older than a policy keeps: records and quarantined messages, partition by partition from the oldest on
 * in the order of recording, up to the first one that is to be kept. The ledger stays.
 *
 * Before anything is deleted, `removals` says up to where: a kill at any point leaves the truth, and the next run deletes
 * what was left. Several loggers do no harm: each stretch is one's by compare-and-set. Messages go 2,000 at a time, and in
 * between it waits for as long as that took, so that recording goes on.
 *
 * @throws LogError `LOG_QUERY_TIMEOUT`, `LOG_UNREACHABLE`, `LOG_INDEX_MISSING` and `LOG_DOCUMENT_INVALID`.
 */
export async function* applyRetention(options: RetentionOptions): AsyncGenerator<RetentionStep, void> {
  const { db, topicPrefix, policy, isDryRun = false, now = new Date(), maxTimeMs = 30_000, signal } = options
  const parts: Parts = {
    ...{ collections: collections(db), removals: removalCollection(db), isDryRun, maxTimeMs, signal },
  }
  const recorded = await readRecorded(parts.collections, maxTimeMs)
  let [records, quarantined] = [0, 0]
  for (const kept of policy) {
    const topic = topicNames(topicPrefix).domain(kept.domain)
    const ends = recorded.filter((end) => end.topic === topic)
    const cutoff = new Date(now.getTime() - kept.keepMs)
    const domain = yield* domainSteps({ ...kept, topic, cutoff }, ends, parts)
    records += domain.records
    quarantined += domain.quarantined
    yield { kind: 'domain', domain }
  }
  yield { kind: 'summary', summary: { records, quarantined } }
}

type Target = KeptDomain & { readonly topic: string; readonly cutoff: Date }

async function* domainSteps(
  target: Target,
  ends: readonly PartitionPosition[],
  parts: Parts,
): AsyncGenerator<RetentionStep, DomainRetention> {
  const before = await readRemovals(parts.removals, parts.maxTimeMs, target.topic)
  const sums = { records: 0, quarantined: 0 }
  let oldest: Date | undefined
  let newest: Date | undefined
  let oldestKept: Date | undefined
  for (const end of ends) {
    const removal = before.find(({ partition }) => partition === end.partition)
    const walk = partitionSteps(target, end, removal, parts)
    for (let step = await walk.next(); ; step = await walk.next()) {
      if (step.done) {
        oldestKept = minimum(oldestKept, step.value)
        break
      }
      const { topic, partition } = end
      const { records, quarantined } = step.value
      sums.records += records
      sums.quarantined += quarantined
      oldest = minimum(oldest, step.value.oldest)
      newest = maximum(newest, step.value.newest)
      yield { kind: 'progress', progress: { topic, partition, records, quarantined } }
    }
  }
  const total = (of: 'records' | 'quarantined') => before.reduce((sum, one) => sum + one[of], 0)
  const removedBefore = { records: total('records'), quarantined: total('quarantined') }
  return { ...target, ...sums, oldest, newest, oldestKept, removedBefore }
}

/** Goes through the old messages of one partition; returns when the first one that is kept came. */
async function* partitionSteps(
  { cutoff, keepMs }: Target,
  end: PartitionPosition,
  known: Removal | undefined,
  parts: Parts,
): AsyncGenerator<OldStretch, Date | undefined> {
  const { topic, partition } = end
  const place = { topic, partition }
  // What a kill between the two left behind.
  if (known !== undefined && !parts.isDryRun) await deleteBelow(place, known.removedBelow, parts)
  let removal = known
  let from: PartitionPlace = known?.removedBelow ?? { generation: 1, offset: 0 }
  for (;;) {
    parts.signal?.throwIfAborted()
    const found = await oldestMessages({ place, from, end, cutoff }, parts.collections, parts.maxTimeMs)
    const { stretch, oldestKept } = found
    if (stretch === undefined) return oldestKept
    from = { generation: stretch.generation, offset: stretch.to }
    if (!parts.isDryRun) {
      const next = removalAfter(removal, place, stretch, keepMs)
      // Another logger is at it.
      if (!(await declare(removal, next, parts))) return undefined
      removal = next
      await deletePaced(place, from, parts)
    }
    yield stretch
    if (oldestKept !== undefined) return oldestKept
  }
}

function removalAfter(
  before: Removal | undefined,
  { topic, partition }: TopicPartition,
  { generation, to, records, quarantined, oldest, newest }: OldStretch,
  keepMs: number,
): Removal {
  return {
    ...{ _id: `${topic}/${partition}`, topic, partition, removedBelow: { generation, offset: to } },
    records: (before?.records ?? 0) + records,
    quarantined: (before?.quarantined ?? 0) + quarantined,
    ...{ oldest: before?.oldest ?? oldest, newest, keepMs, removedAt: new Date() },
  }
}

/** Writes down what is about to be removed; false where another logger has done so. */
async function declare(before: Removal | undefined, after: Removal, { removals, maxTimeMs }: Parts): Promise<boolean> {
  try {
    if (before === undefined) {
      await removals.insertOne(after, { maxTimeMS: maxTimeMs })
      return true
    }
    const { generation, offset } = before.removedBelow
    const filter = { _id: after._id, 'removedBelow.generation': generation, 'removedBelow.offset': offset }
    const { matchedCount } = await removals.replaceOne(filter, after, { maxTimeMS: maxTimeMs })
    return matchedCount === 1
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false
    throw storeError(error, 'writing down what retention removes')
  }
}

const DUPLICATE_KEY = 11000

async function deletePaced(place: TopicPartition, below: PartitionPlace, parts: Parts): Promise<void> {
  const startedMs = performance.now()
  await deleteBelow(place, below, parts)
  await wait(performance.now() - startedMs, undefined, parts.signal && { signal: parts.signal })
}

async function deleteBelow(
  { topic, partition }: TopicPartition,
  { generation, offset }: PartitionPlace,
  { collections: { records, quarantine }, maxTimeMs }: Parts,
): Promise<void> {
  const partitionIs = { topic: { $eq: topic }, partition }
  const options = { maxTimeMS: maxTimeMs, hint: 'by_position' }
  try {
    for (const below of [
      { ...partitionIs, generation: { $lt: generation } },
      { ...partitionIs, generation, offset: { $lt: offset } },
    ]) {
      await records.deleteMany(below, options)
      await quarantine.deleteMany(below, options)
    }
  } catch (error) {
    throw storeError(error, 'removing what is older than it is to be kept')
  }
}

function minimum(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}

function maximum(a: Date | undefined, b: Date): Date {
  return a === undefined || a < b ? b : a
}
