import type { Collection, Filter } from 'mongodb'
import { readDocuments } from '../pages.ts'
import { type Aim, aimFields, type CheckedCommand, type CommandResult, type SkipReason } from './command.ts'
import { type DeadLetterSummary, deadLetterSummary, summaryProjection } from './dead-letter.ts'
import type { DeadLetterDocument } from './document.ts'
import { beyond, mongoFilter, type Place, writePlace } from './query.ts'

/** A dead letter that a command comes to. */
export type Candidate = Place & Pick<DeadLetterDocument, 'size'>

/** The open dead letters that a command is about, oldest first: so the events of one key keep their order. */
export interface Selection {
  count(): Promise<number>
  sample(): Promise<DeadLetterSummary[]>
  /** Named ones that are not selected, with the reason. */
  skipped(): Promise<CommandResult['skipped']>
  /** The next ones, each once; fewer than asked for where they are large, none at the end. */
  take(limit: number): Promise<readonly Candidate[]>
  /** The cursor after what was taken; undefined at the end. */
  next(): string | undefined
}

/** What one step may hold in memory. */
const MAX_STEP_BYTES = 8 * 1024 * 1024
const SAMPLE = 5
const oldestFirst = { time: 1, offset: 1, _id: 1 } as const

/** What a dead letter has to be for a command to change it now. */
export function changeable(redrive: boolean): Filter<DeadLetterDocument> {
  return {
    state: 'open',
    $or: [{ claim: { $exists: false } }, { 'claim.until': { $lt: new Date() } }],
    ...(redrive ? { unreadable: { $exists: false } } : {}),
  }
}

/** Selects what a command is about. */
export function selection(
  collection: Collection<DeadLetterDocument>,
  { aim, after }: CheckedCommand,
  { redrive, maxTimeMs }: { readonly redrive: boolean; readonly maxTimeMs: number },
): Selection {
  const options = { maxTimeMS: maxTimeMs }
  const aimed: Filter<DeadLetterDocument> =
    'ids' in aim ? { _id: { $in: [...aim.ids] } } : mongoFilter(aim.filter, ['open'])
  let last = after
  let ended = false
  const remaining = (): Filter<DeadLetterDocument> => ({
    $and: [aimed, changeable(redrive), ...(last === undefined ? [] : [beyond(last, 'oldest-first')])],
  })
  return {
    count: () => collection.countDocuments(remaining(), options),
    async sample() {
      const found = collection.find(remaining(), options).project(summaryProjection).sort(oldestFirst).limit(SAMPLE)
      return (await readDocuments(found)).map(deadLetterSummary)
    },
    // Once, in a command's first call.
    skipped: async () =>
      'ids' in aim && after === undefined ? await leftAlone(collection, aim.ids, redrive, options) : [],
    async take(limit) {
      const projection = { time: 1, offset: 1, size: 1 }
      const query = collection.find(remaining(), options).project<Candidate>(projection).sort(oldestFirst).limit(limit)
      const found = withinBytes((await readDocuments(query)) as Candidate[])
      ended = found.length === 0
      last = found.at(-1) ?? last
      return found
    },
    next: () => (ended || last === undefined ? undefined : writePlace(last, aimFields(aim))),
  }
}

function withinBytes(candidates: readonly Candidate[]): readonly Candidate[] {
  let bytes = 0
  const end = candidates.findIndex(({ size }, index) => {
    bytes += size
    return index > 0 && bytes > MAX_STEP_BYTES
  })
  return end === -1 ? candidates : candidates.slice(0, end)
}

async function leftAlone(
  collection: Collection<DeadLetterDocument>,
  ids: Extract<Aim, { ids: unknown }>['ids'],
  redrive: boolean,
  options: { readonly maxTimeMS: number },
): Promise<CommandResult['skipped']> {
  const found = await readDocuments(collection.find({ _id: { $in: [...ids] } }, options).project(summaryProjection))
  const summaries = new Map(
    found.map((document) => [String(document._id), { document, summary: deadLetterSummary(document) }]),
  )
  return ids.flatMap((id) => {
    const one = summaries.get(id)
    const reason = one === undefined ? 'not-found' : reasonOf(one.summary, one.document as DeadLetterDocument, redrive)
    return reason === undefined ? [] : [{ id, reason }]
  })
}

function reasonOf(
  { state, unreadable }: DeadLetterSummary,
  { claim }: Pick<DeadLetterDocument, 'claim'>,
  redrive: boolean,
): SkipReason | undefined {
  if (state !== 'open') return state
  if (redrive && unreadable !== undefined) return 'unreadable'
  return claim !== undefined && claim.until > new Date() ? 'busy' : undefined
}
