import type { Db } from 'mongodb'
import { DURABLE } from '../collections.ts'
import { LogError } from '../errors.ts'
import { storeError } from '../mongo-errors.ts'
import { readDocuments } from '../pages.ts'
import { vectorSchema } from '../queries/read-query.ts'
import type { ReplayCheckpoint } from './replay-into.ts'

interface CheckpointDocument {
  readonly _id: string
  readonly position: unknown
  readonly savedAt: Date
}

/**
 * Keeps a checkpoint in a collection of a service's own database, by default `replay_checkpoints`, under a name: that of
 * the read model. Who builds the read model anew from the beginning deletes the document, or takes another name.
 */
export function mongoCheckpoint(
  db: Db,
  name: string,
  { collection = 'replay_checkpoints', maxTimeMs = 10_000 } = {},
): ReplayCheckpoint {
  const checkpoints = db.collection<CheckpointDocument>(collection, { writeConcern: DURABLE, readConcern: 'majority' })
  return {
    async load() {
      const [found] = await readDocuments(checkpoints.find({ _id: { $eq: name } }, { maxTimeMS: maxTimeMs }))
      if (found === undefined) return undefined
      const result = vectorSchema.safeParse(found.position)
      if (result.success) return result.data
      throw new LogError(
        'LOG_DOCUMENT_INVALID',
        `The checkpoint ${JSON.stringify(name)} in ${collection} was altered.`,
        {
          details: { collection, id: name },
        },
      )
    },
    async save(position) {
      const set = { $set: { position: [...position], savedAt: new Date() } }
      await checkpoints
        .updateOne({ _id: name }, set, { upsert: true, maxTimeMS: maxTimeMs })
        .catch((error: unknown) => {
          throw storeError(error, 'saving a checkpoint')
        })
    },
  }
}
