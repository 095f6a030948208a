import type { LedgerEntry } from '../documents.ts'
import type { HeadChain } from '../head.ts'
import { FIRST_HEAD } from '../head.ts'
import { joined, type LocalFinding } from './finding.ts'
import type { MessageBytes, Stored } from './stored-messages.ts'

/** One entry of the ledger and what is there of it. */
export interface EntryEvidence {
  readonly entry: LedgerEntry
  readonly stored: Stored
  /** What the topic holds of the entry's offsets; undefined where the topic is not the log that the entry tells of. */
  readonly topic: ReadonlyMap<number, MessageBytes> | undefined
  /** The first offset that the topic still has. */
  readonly low: number
  /** Offsets in gaps that were recorded later, by a backfill. */
  readonly backfilled: ReadonlySet<number>
  /** What retention has removed, or may have. */
  readonly removed: RemovedView
  /** The head before the entry. */
  readonly head: Uint8Array
}

/** What retention has removed of the entry's generation. */
export interface RemovedView {
  /** Whatever lies before this offset; 0 where nothing was removed, infinite in a generation that is gone. */
  readonly below: number
  /** Whether anything of the topic was: then an event that is repeated may have lain in any of its partitions. */
  readonly ofTopic: boolean
}

/** What an entry's check found. */
export interface EntryCheck {
  readonly findings: readonly LocalFinding[]
  /** How many messages were compared with the topic. */
  readonly compared: number
  /** How many messages are not stored since retention has removed them. */
  readonly removed: number
  /** Whether the entry's head was computed anew; it cannot be where a repeat's bytes are in the topic no more. */
  readonly isHeadProved: boolean
}

/** Compares one entry of the ledger with the records and the topic, and computes its head anew; pure. */
export function checkEntry(evidence: EntryEvidence, chain: HeadChain): EntryCheck {
  const { entry, topic } = evidence
  const offsets = expectedOffsets(entry)
  if (offsets.length !== entry.messages) {
    const detail = `the entry counts ${entry.messages} messages and has room for ${offsets.length}`
    const broken = { kind: 'ledger-broken', from: entry.from, to: entry.to, inTopic: false, detail } as const
    return { findings: [broken], compared: 0, removed: 0, isHeadProved: false }
  }
  const head = computeHead(evidence, offsets, chain)
  const found = [
    ...joined(offsets.flatMap((offset) => checkMessage(evidence, offset))),
    ...joined(checkGaps(evidence, new Set(offsets))),
    ...checkTwice(evidence),
  ]
  const differs = head !== undefined && !Buffer.from(entry.head).equals(head)
  const removed = new Set(offsets.filter((offset) => isRemoved(evidence, offset)))
  return {
    findings: differs ? [...found, headDiffers(entry)] : found,
    compared: topic === undefined ? 0 : offsets.filter((offset) => topic.has(offset) && !removed.has(offset)).length,
    removed: removed.size,
    isHeadProved: head !== undefined && !differs,
  }
}

/** The offsets that an entry has a message for: all but those in gaps. A gap may be of any length, so it is never walked. */
function expectedOffsets({ kind, from, to, gaps, messages }: LedgerEntry): number[] {
  if (kind !== 'batch') return []
  const offsets: number[] = []
  let next = from
  for (const gap of [...gaps, { from: to, to }]) {
    // One more than the entry counts is enough to tell that it is wrong.
    while (next < gap.from && offsets.length <= messages) offsets.push(next++)
    next = Math.max(next, gap.to)
  }
  return offsets
}

/** Whether a message is not stored since retention has removed it, or the event that it repeats. */
function isRemoved({ entry, stored, removed }: EntryEvidence, offset: number): boolean {
  if (stored.messages.has(offset)) return false
  const repeat = entry.repeats.find((repeat) => repeat.offset === offset)
  if (repeat === undefined) return offset < removed.below
  return !stored.ids.has(repeat.id) && (removed.ofTopic || offset < removed.below)
}

function checkMessage(evidence: EntryEvidence, offset: number): LocalFinding[] {
  const { entry, stored, topic, low } = evidence
  const message = stored.messages.get(offset)
  const original = topic?.get(offset)
  const place = { from: offset, to: offset + 1, inTopic: original !== undefined }
  if (message === undefined) {
    if (isRemoved(evidence, offset)) return []
    const repeat = entry.repeats.find((repeat) => repeat.offset === offset)
    if (repeat !== undefined && stored.ids.has(repeat.id)) return []
    const what = repeat === undefined ? 'the message is not stored' : 'the event that it repeats is not stored'
    return [{ kind: 'missing', ...place, detail: what }]
  }
  if (original !== undefined) {
    return sameBytes(message, original)
      ? []
      : [{ kind: 'different', ...place, detail: 'the stored bytes are not those of the topic' }]
  }
  const isGone = topic === undefined || offset < low
  return isGone ? [] : [{ kind: 'extra', ...place, detail: 'the topic has no message there' }]
}

function checkGaps(
  { entry, stored, topic, backfilled, removed }: EntryEvidence,
  expected: ReadonlySet<number>,
): LocalFinding[] {
  const isInEntry = (offset: number) => offset >= entry.from && offset < entry.to
  const strays = (messages: Iterable<number>) =>
    [...messages]
      .filter((offset) => isInEntry(offset) && !expected.has(offset) && !backfilled.has(offset))
      .sort((a, b) => a - b)
  const extra = strays(stored.messages.keys()).map((offset): LocalFinding => {
    const detail = 'it is stored where the ledger has a gap'
    return { kind: 'extra', from: offset, to: offset + 1, inTopic: topic?.has(offset) ?? false, detail }
  })
  // What a backfill would record there would be removed at once.
  const wanted = strays(topic?.keys() ?? []).filter((offset) => offset >= removed.below)
  const unrecorded = wanted.map((offset): LocalFinding => {
    const detail = 'the topic has a message where the ledger has a gap'
    return { kind: 'unrecorded', from: offset, to: offset + 1, inTopic: true, detail }
  })
  return [...extra, ...unrecorded]
}

function checkTwice({ entry, stored, topic }: EntryEvidence): LocalFinding[] {
  const within = stored.twice.filter((offset) => offset >= entry.from && offset < entry.to)
  return within.map((offset) => {
    const inTopic = topic?.has(offset) ?? false
    return { kind: 'extra', from: offset, to: offset + 1, inTopic, detail: 'the message is stored more than once' }
  })
}

/** The head after an entry, from what is stored, and from the topic where nothing is; undefined where bytes are missing. */
function computeHead(
  { entry, stored, topic, head: before }: EntryEvidence,
  offsets: readonly number[],
  chain: HeadChain,
): Uint8Array | undefined {
  let head = entry.kind === 'start' ? FIRST_HEAD : before
  for (const offset of offsets) {
    const message = stored.messages.get(offset) ?? topic?.get(offset)
    if (message === undefined) return undefined
    head = chain.append(head, message)
  }
  return head
}

function headDiffers({ from, to }: LedgerEntry): LocalFinding {
  const detail = 'what is stored does not lead to the head in the ledger'
  return { kind: 'head-differs', from, to, inTopic: false, detail }
}

function sameBytes(a: MessageBytes, b: MessageBytes): boolean {
  if (!sameContent(a.key, b.key) || !sameContent(a.value, b.value) || a.headers.length !== b.headers.length)
    return false
  return a.headers.every(([name, value], index) => {
    const other = b.headers[index]
    return other !== undefined && name === other[0] && sameContent(value, other[1])
  })
}

function sameContent(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0
}
