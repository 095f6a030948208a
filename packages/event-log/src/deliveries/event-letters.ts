import type { Db } from 'mongodb'
import { collections } from '../collections.ts'
import { deadLetterCollection } from '../dead-letters/collections.ts'
import { type DeadLetterSummary, deadLetterSummary, summaryProjection } from '../dead-letters/dead-letter.ts'
import type { EventRecord } from '../event-record.ts'
import { readDocuments } from '../pages.ts'

/** Dead letters of one event: each group has one, and one more for each replay in which it gave up again. */
const MAX_LETTERS = 1_000

/**
 * The dead letters of a record, those that were given up last first.
 *
 * Events that share an id are told apart by their places: a dead letter that lies at a conflict's place is the conflict's,
 * every other one is the first event's, wherever it was repeated.
 */
export async function lettersOfEvent(
  db: Db,
  { recordId, id, topic, partition, offset }: Pick<EventRecord, 'recordId' | 'id' | 'topic' | 'partition' | 'offset'>,
  maxTimeMS: number,
): Promise<readonly DeadLetterSummary[]> {
  const found = deadLetterCollection(db)
    .find({ 'event.id': { $eq: id } }, { maxTimeMS, projection: summaryProjection })
    .sort({ lastTime: -1 })
    .limit(MAX_LETTERS)
  const letters = (await readDocuments(found)).map(deadLetterSummary)
  if (letters.length === 0) return []
  const conflictIds = letters.map(({ note }) => note && `${id}@${note.topic}/${note.partition}/${note.offset}`)
  if (recordId !== id)
    return letters.filter((_, index) => conflictIds[index] === `${id}@${topic}/${partition}/${offset}`)
  const places = { _id: { $in: conflictIds.filter((place) => place !== undefined) } }
  const conflicts = await readDocuments(collections(db).records.find(places, { maxTimeMS, projection: { _id: 1 } }))
  const others = new Set<unknown>(conflicts.map(({ _id }) => _id))
  return letters.filter((_, index) => !others.has(conflictIds[index]))
}
