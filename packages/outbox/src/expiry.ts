import { type Db, MongoServerError } from 'mongodb'

const INDEX_OPTIONS_CONFLICT = 85

/** Lets documents expire a time after the one that a field of theirs holds; replaces the time that was set before. */
export async function expireBy(db: Db, collection: string, field: string, expireAfterMs: number): Promise<void> {
  const expireAfterSeconds = Math.ceil(expireAfterMs / 1000)
  try {
    await db.collection(collection).createIndex({ [field]: 1 }, { expireAfterSeconds })
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === INDEX_OPTIONS_CONFLICT)) throw error
    await db.command({ collMod: collection, index: { keyPattern: { [field]: 1 }, expireAfterSeconds } })
  }
}
