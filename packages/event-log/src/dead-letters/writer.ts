import type { Db } from 'mongodb'
import { LogError } from '../errors.ts'
import type { Store } from '../store.ts'
import { DEAD_LETTERS, deadLetterCollection } from './collections.ts'
import type { DeadLetterDocument } from './document.ts'

/** How many places a dead letter keeps; its count has no bound. */
const MAX_PLACES = 100
/** How many changes of its state a dead letter keeps. */
export const MAX_CHANGES = 20

/** Writes dead letters, in their order; writing one again does nothing. */
export type DeadLetterWriter = (documents: readonly DeadLetterDocument[]) => Promise<void>

/** Makes a writer on a database. */
export function deadLetterWriter(db: Db, store: Store, operationTimeoutMs: number): DeadLetterWriter {
  const collection = deadLetterCollection(db)
  const options = { maxTimeMS: operationTimeoutMs }
  // In two steps, each of which does nothing the second time: a place counts once, whoever writes it.
  const again = async ({ _id, places, lastTime, note, fingerprint }: DeadLetterDocument) => {
    const seen = { _id, places: { $nin: places } }
    const change = { to: 'open' as const, at: new Date(), by: 'group' }
    const $push = { places: { $each: places, $slice: -MAX_PLACES } }
    const $set = { lastTime, fingerprint, ...(note === undefined ? {} : { note }) }
    const repeat = { $inc: { count: 1 }, $set }
    const reopened = await collection.updateOne(
      { ...seen, state: 'redriven' },
      {
        ...repeat,
        $set: { ...$set, state: 'open' },
        $push: { ...$push, changes: { $each: [change], $slice: -MAX_CHANGES } },
      },
      options,
    )
    if (reopened.matchedCount === 0) await collection.updateOne(seen, { ...repeat, $push }, options)
  }
  const placesOf = async (ids: readonly string[]) => {
    const filter = { _id: { $in: [...ids] } }
    const found = collection.find(filter, options).project<Pick<DeadLetterDocument, '_id' | 'places'>>({ places: 1 })
    return new Map((ids.length === 0 ? [] : await found.toArray()).map(({ _id, places }) => [_id, places]))
  }
  return async (documents) => {
    const { duplicates, refused } = await store.insert(DEAD_LETTERS, documents)
    const bad = documents[refused[0] ?? -1]
    if (bad !== undefined) {
      throw new LogError('LOG_MESSAGE_REFUSED', `MongoDB refuses the dead letter ${bad.places[0]}.`, {
        details: { place: bad.places[0] },
      })
    }
    const known = duplicates.flatMap((index) => documents[index] ?? [])
    // Most of what is there already is there from this very message: found with one question for all of them.
    const places = await placesOf(known.map(({ _id }) => _id))
    for (const document of known) {
      if (!document.places.every((place) => places.get(document._id)?.includes(place))) await again(document)
    }
  }
}
