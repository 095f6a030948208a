import type { Collection, Db } from 'mongodb'
import { z } from 'zod'

/** The schema of a kept position vector. */
export const vectorSchema = z.object({ _id: z.string(), text: z.string(), expiresAt: z.date() })

/** A position vector that is too long for a URL, as `vectors` holds it. */
export type VectorDocument = z.infer<typeof vectorSchema>

/** The kept position vectors of a database. */
export function vectorCollection(db: Db): Collection<VectorDocument> {
  return db.collection<VectorDocument>('vectors', {
    writeConcern: { w: 'majority', j: true },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
  })
}

/** Makes the index by which vectors expire. */
export async function ensureVectorIndexes(db: Db): Promise<void> {
  await vectorCollection(db).createIndex({ expiresAt: 1 }, { name: 'by_expiry', expireAfterSeconds: 0 })
}
