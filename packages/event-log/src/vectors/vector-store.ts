import { hash } from 'node:crypto'
import type { Db } from 'mongodb'
import { storeError } from '../mongo-errors.ts'
import { queryError } from '../pages.ts'
import type { PositionVector } from './position-vector.ts'
import { vectorCollection, vectorSchema } from './vector-collection.ts'
import { invalidVector, readVectorText, writeVectorText } from './vector-text.ts'

/** A vector expires when it was not used for this long. */
const VECTOR_LIFETIME_MS = 24 * 3_600_000
/** What may stand in a URL beside the rest of a cursor. */
const MAX_INLINE = 2_000
/** A name begins with what a vector's own text never has. */
const NAME = /^~[\w-]{22}$/

/** Writes position vectors as texts that fit into a URL, and reads them back. */
export interface VectorStore {
  /** The vector's text or, where that is long, the name under which it is kept for a day after its last use. */
  write(vector: PositionVector): Promise<string>
  /** Reads either back; throws `LOG_VECTOR_INVALID`. */
  read(text: string): Promise<PositionVector>
}

/** Makes a store of vectors. */
export function vectorStore(db: Db, maxTimeMS: number): VectorStore {
  const vectors = vectorCollection(db)
  const expiry = () => new Date(Date.now() + VECTOR_LIFETIME_MS)
  return {
    async write(vector) {
      const text = writeVectorText(vector)
      if (text.length <= MAX_INLINE) return text
      // Named by what it says: the same vector, written again, is the same document.
      const _id = `~${hash('sha256', text, 'base64url').slice(0, 22)}`
      try {
        await vectors.updateOne(
          { _id: { $eq: _id } },
          { $set: { text, expiresAt: expiry() } },
          { upsert: true, maxTimeMS },
        )
      } catch (error) {
        throw storeError(error, 'keeping a position vector')
      }
      return _id
    },
    async read(text) {
      if (typeof text !== 'string') throw invalidVector('is no text')
      if (!text.startsWith('~')) return readVectorText(text)
      if (!NAME.test(text)) throw invalidVector('is not one that this log gave out')
      let found: unknown
      try {
        // To use it is to keep it: whoever pages through a list for long keeps its pages.
        found = await vectors.findOneAndUpdate(
          { _id: { $eq: text }, expiresAt: { $gt: new Date() } },
          { $set: { expiresAt: expiry() } },
          { maxTimeMS },
        )
      } catch (error) {
        throw queryError(error)
      }
      if (found === null) throw invalidVector('has expired')
      return readVectorText(vectorSchema.parse(found).text)
    },
  }
}
