import type { TopicPartition } from '@house-helper/events-core'
import type { Document } from 'mongodb'
import { type LedgerEntry, type PartitionState, partitionSchema, type StartReason } from '../documents.ts'
import { LogError } from '../errors.ts'
import { FIRST_HEAD } from '../head.ts'
import { addCounts, noCounts } from '../stats.ts'
import type { Store } from '../store.ts'

/** What an entry adds to the ledger; the ledger gives it its place and id. */
export type EntryContent = Pick<
  LedgerEntry,
  'kind' | 'to' | 'messages' | 'counts' | 'repeats' | 'conflicts' | 'quarantined' | 'gaps' | 'head'
>

/**
 * The ledger: what was recorded of each topic-partition, entry by entry.
 *
 * A partition's state carries its newest entry inside, so that one compare-and-set of one document moves `next`, `head`,
 * counts and entry together, with no transaction. The entry is filed in its own collection afterwards; nobody moves the
 * state on before the entry that it carries is filed. So after a kill at any point the state is right, and at most one
 * entry, the one inside it, is not filed yet: whoever opens the partition next files it.
 */
export interface Ledger {
  /** Reads a partition's state and files its newest entry; undefined where the partition was never recorded. */
  open(place: TopicPartition): Promise<PartitionState | undefined>
  /** The state of a new generation, beginning at `low`. */
  started(place: TopicPartition, start: GenerationStart, previous: PartitionState | undefined): PartitionState
  /** The state after an entry. */
  extended(state: PartitionState, content: EntryContent, last: PartitionState['last']): PartitionState
  /**
   * Moves a partition from one state to the next by compare-and-set; `before` must be filed. False when the partition is
   * not in that state any more: another recorder has it. Safe to call again after an error.
   */
  advance(before: PartitionState | undefined, after: PartitionState): Promise<boolean>
  /** Files the entry that a state carries. Safe to call again. */
  file(state: PartitionState): Promise<void>
}

/** How a generation begins. */
export interface GenerationStart {
  readonly reason: StartReason
  readonly clusterId: string
  readonly topicId: string | undefined
  readonly low: number
}

/** Makes a ledger on a store. `recorder` names this recorder in what it writes. */
export function createLedger(store: Store, recorder: string): Ledger {
  const read = async (id: string): Promise<PartitionState | undefined> => {
    const [document] = await store.find('partitions', { _id: id }, { limit: 1 })
    return document === undefined ? undefined : parseState(document)
  }
  const file = async ({ entry }: PartitionState): Promise<void> => {
    // A duplicate is this entry, filed before: its content was settled by the compare-and-set.
    const { refused } = await store.insert('ledger', [entry])
    if (refused.length > 0) throw invalid(entry._id, 'MongoDB refuses its entry')
  }
  return {
    async open({ topic, partition }) {
      const state = await read(`${topic}/${partition}`)
      if (state !== undefined) await file(state)
      return state
    },
    started: (place, start, previous) => startedState(place, start, previous, recorder),
    extended: (state, content, last) => extendedState(state, content, last, recorder),
    async advance(before, after) {
      const moved =
        before === undefined
          ? (await store.insert('partitions', [after])).duplicates.length === 0
          : await store.replace('partitions', stateFilter(before), after)
      if (moved) return true
      // An attempt whose answer was lost may have moved it all the same.
      return isSameMove(await read(after._id), after)
    },
    file,
  }
}

function startedState(
  { topic, partition }: TopicPartition,
  { reason, clusterId, topicId, low }: GenerationStart,
  previous: PartitionState | undefined,
  recorder: string,
): PartitionState {
  const generation = (previous?.generation ?? 0) + 1
  const id = `${topic}/${partition}`
  const entry: LedgerEntry = {
    _id: `${id}/${generation}/start`,
    kind: 'start',
    ...{ clusterId, generation, topic, partition, from: 0, to: low, messages: 0, counts: noCounts },
    ...{ repeats: [], conflicts: [], quarantined: [], head: FIRST_HEAD, recorder, recordedAt: new Date() },
    gaps: low > 0 ? [{ from: 0, to: low, reason: 'truncated' }] : [],
    start: previous === undefined ? { reason } : { reason, previous: endOf(previous) },
  }
  const counts = previous?.counts ?? noCounts
  const told = topicId === undefined ? {} : { topicId }
  const begun = { generation, next: low, head: FIRST_HEAD, last: null, counts, entry }
  return { _id: id, topic, partition, clusterId, ...told, ...begun }
}

function endOf({ clusterId, generation, next, head }: PartitionState) {
  return { clusterId, generation, next, head }
}

function extendedState(
  state: PartitionState,
  content: EntryContent,
  last: PartitionState['last'],
  recorder: string,
): PartitionState {
  const { clusterId, generation, topic, partition, next } = state
  const entry: LedgerEntry = {
    _id: `${topic}/${partition}/${generation}/${next}`,
    ...{ clusterId, generation, topic, partition, from: next },
    ...content,
    recorder,
    recordedAt: new Date(),
  }
  return {
    ...state,
    next: content.to,
    head: content.head,
    last,
    counts: addCounts(state.counts, content.counts),
    entry,
  }
}

function stateFilter({ _id, generation, next }: PartitionState): Document {
  return { _id, generation, next }
}

function isSameMove(found: PartitionState | undefined, after: PartitionState): boolean {
  return (
    found !== undefined &&
    found.entry._id === after.entry._id &&
    found.entry.recorder === after.entry.recorder &&
    found.next === after.next &&
    Buffer.from(found.head).equals(after.head)
  )
}

function parseState(document: Document): PartitionState {
  const result = partitionSchema.safeParse(document)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalid(String(document._id), `${issue?.path.join('.')} ${issue?.message}`)
}

function invalid(id: string, what: string): LogError {
  return new LogError(
    'LOG_LEDGER_INVALID',
    `The ledger's state of ${id} in the collection partitions cannot be used: ${what}. Restore it from a backup.`,
    { details: { id } },
  )
}
