import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { RecordDocument } from '../documents.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import { readDocuments } from '../pages.ts'
import type { DeadLetterDocument, deadLetterStates } from './document.ts'

/** The states of dead letters that a filter's status means. */
const statesOf = {
  dead: ['open', 'discarded'],
  open: ['open'],
  redriven: ['redriven'],
  discarded: ['discarded'],
} as const satisfies Record<string, readonly (typeof deadLetterStates)[number][]>

/** Where dead letters and the records that they are of lie. */
export interface StatusParts {
  readonly letters: Collection<DeadLetterDocument>
  readonly records: Collection<RecordDocument>
  readonly maxTimeMs: number
}

type Statuses = NonNullable<EventFilter['status']>

const letterSchema = z.object({
  event: z.object({ id: z.string() }),
  note: z.object({ topic: z.string(), partition: z.number(), offset: z.number() }).optional(),
})
const projection = { _id: 0, 'event.id': 1, 'note.topic': 1, 'note.partition': 1, 'note.offset': 1 }

/**
 * Of some records, those with a dead letter in one of the states meant, as dead letters are now: two look-ups by id,
 * however many records there are.
 */
export async function recordsWithStatus<Target extends { readonly recordId: string; readonly id: string }>(
  targets: readonly Target[],
  statuses: Statuses,
  parts: StatusParts,
): Promise<readonly Target[]> {
  if (targets.length === 0) return []
  const ids = [...new Set(targets.map(({ id }) => id))]
  const filter = { 'event.id': { $in: ids }, state: { $in: statesMeant(statuses) } }
  const found = await readDocuments(parts.letters.find(filter, { maxTimeMS: parts.maxTimeMs, projection }))
  const owners = await ownersOf(found, parts)
  return targets.filter(({ recordId }) => owners.has(recordId))
}

/**
 * The ids of all records with a dead letter in one of the states meant; undefined where there are more than `limit`
 * such dead letters.
 */
export async function recordIdsWithStatus(
  statuses: Statuses,
  limit: number,
  parts: StatusParts,
): Promise<readonly string[] | undefined> {
  const filter = { state: { $in: statesMeant(statuses) }, 'event.id': { $exists: true } }
  const found = await readDocuments(
    parts.letters.find(filter, { maxTimeMS: parts.maxTimeMs, projection }).limit(limit + 1),
  )
  return found.length > limit ? undefined : [...(await ownersOf(found, parts))]
}

function statesMeant(statuses: Statuses): (typeof deadLetterStates)[number][] {
  return [...new Set(statuses.flatMap((status) => statesOf[status]))]
}

/**
 * The ids of the records that dead letters are of. Events that share an id are told apart by their places: a dead letter
 * that lies at a conflict's place is the conflict's, every other one is the first event's, whose repeats have other
 * places. A dead letter does not know its generation, so one of a later generation's conflict counts for the first event.
 */
async function ownersOf(found: readonly unknown[], { records, maxTimeMs }: StatusParts): Promise<ReadonlySet<string>> {
  const owners = found.map((document) => {
    const { event, note } = letterSchema.parse(document)
    return { id: event.id, conflictId: note && placeId(event.id, note) }
  })
  const conflictIds = owners.flatMap(({ conflictId }) => conflictId ?? [])
  const conflicts = await readDocuments(
    records.find({ _id: { $in: conflictIds } }, { maxTimeMS: maxTimeMs, projection: { _id: 1 } }),
  )
  const known = new Set(conflicts.map(({ _id }) => String(_id)))
  return new Set(
    owners.map(({ id, conflictId }) => (conflictId !== undefined && known.has(conflictId) ? conflictId : id)),
  )
}

/** What a conflict's record id is in a partition's first generation: the event's id and its place. */
function placeId(id: string, place: { topic: string; partition: number; offset: number }): string {
  return `${id}@${place.topic}/${place.partition}/${place.offset}`
}
