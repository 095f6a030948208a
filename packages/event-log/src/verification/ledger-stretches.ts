import { type LedgerEntry, ledgerSchema, type PartitionState } from '../documents.ts'
import { parseDocument } from '../event-record.ts'
import { readDocuments } from '../pages.ts'
import type { LocalFinding } from './finding.ts'
import type { VerificationParts } from './verification-parts.ts'

/** Consecutive entries of one generation, to be checked together. */
export interface Stretch {
  readonly generation: number
  readonly entries: readonly LedgerEntry[]
  /** What is wrong with how the entries follow one another, up to and within these. */
  readonly breaks: readonly LocalFinding[]
}

/** How many entries are read at once. */
const PAGE = 500
/** How many messages a stretch has at most, but for a single entry with more. */
const MAX_MESSAGES = 2_000

/**
 * Reads a partition's entries in their order, up to a state of it that was read before; what comes later is left for
 * another time. An entry that only the state carries yet is read from there.
 */
export async function* ledgerStretches(state: PartitionState, parts: VerificationParts): AsyncGenerator<Stretch, void> {
  for (let generation = 1; generation <= state.generation; generation++) {
    yield* generationStretches(state, generation, parts)
  }
}

async function* generationStretches(
  state: PartitionState,
  generation: number,
  parts: VerificationParts,
): AsyncGenerator<Stretch, void> {
  const isNewest = generation === state.generation
  const walk: Walk = { next: undefined, end: isNewest ? state.next : Number.POSITIVE_INFINITY }
  for (;;) {
    const page = await entriesFrom(state, generation, walk.next, parts)
    if (isNewest) addCarried(page, state, walk.next)
    const taken = page.filter(({ to }) => to <= walk.end)
    if (taken.length === 0) break
    for (const entries of grouped(taken)) yield { generation, entries, breaks: breaksOf(entries, walk) }
    if (taken.length < page.length || page.length < PAGE) break
  }
  const broken = await endingOf(state, generation, walk, parts)
  if (broken !== undefined) yield { generation, entries: [], breaks: [broken] }
}

/** How far the entries of a generation follow one another. */
interface Walk {
  next: number | undefined
  readonly end: number
}

async function entriesFrom(
  { topic, partition }: PartitionState,
  generation: number,
  next: number | undefined,
  { collections, maxTimeMs }: VerificationParts,
): Promise<LedgerEntry[]> {
  const place = { topic, partition, generation }
  const filter = next === undefined ? place : { ...place, from: { $gte: next }, kind: { $ne: 'start' as const } }
  const found = collections.ledger.find(filter, { maxTimeMS: maxTimeMs }).sort({ from: 1, to: 1 }).limit(PAGE)
  return (await readDocuments(found)).map((document) => parseDocument(ledgerSchema, document, 'ledger'))
}

/** The newest entry is filed a moment after the state carries it. */
function addCarried(page: LedgerEntry[], { entry }: PartitionState, next: number | undefined): void {
  const follows = entry.from === (page.at(-1)?.to ?? next) || (page.length === 0 && entry.kind === 'start')
  if (page.length < PAGE && follows && !page.some(({ _id }) => _id === entry._id)) page.push(entry)
}

function grouped(entries: readonly LedgerEntry[]): LedgerEntry[][] {
  const groups: LedgerEntry[][] = []
  let messages = 0
  for (const entry of entries) {
    const group = groups.at(-1)
    if (group === undefined || messages + entry.messages > MAX_MESSAGES) {
      groups.push([entry])
      messages = entry.messages
    } else {
      group.push(entry)
      messages += entry.messages
    }
  }
  return groups
}

function breaksOf(entries: readonly LedgerEntry[], walk: Walk): LocalFinding[] {
  const breaks: LocalFinding[] = []
  for (const entry of entries) {
    const expected = walk.next ?? 0
    if (entry.from !== expected || (walk.next === undefined) !== (entry.kind === 'start')) {
      const [from, to] = [Math.min(expected, entry.from), Math.max(expected, entry.from)]
      breaks.push(broken(from, to, `the ledger has no entry that begins at ${expected}`))
    }
    walk.next = entry.to
  }
  return breaks
}

async function endingOf(
  state: PartitionState,
  generation: number,
  { next = 0 }: Walk,
  parts: VerificationParts,
): Promise<LocalFinding | undefined> {
  const end = generation === state.generation ? state.next : await previousEnd(state, generation + 1, parts)
  if (end === undefined || next === end) return undefined
  return broken(Math.min(next, end), Math.max(next, end), `the ledger's entries end at ${next} instead of ${end}`)
}

async function previousEnd(
  { _id, entry }: PartitionState,
  generation: number,
  { collections, maxTimeMs }: VerificationParts,
): Promise<number | undefined> {
  const id = `${_id}/${generation}/start`
  if (entry._id === id) return entry.start?.previous?.next
  const [found] = await readDocuments(collections.ledger.find({ _id: id }, { maxTimeMS: maxTimeMs }).limit(1))
  // Its own generation tells that it is missing.
  return found && parseDocument(ledgerSchema, found, 'ledger').start?.previous?.next
}

function broken(from: number, to: number, detail: string): LocalFinding {
  return { kind: 'ledger-broken', from, to, inTopic: false, detail }
}
