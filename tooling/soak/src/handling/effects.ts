import type { ClientSession, Collection, Db } from 'mongodb'

/** One effect of an event, as its handler writes it. */
export interface Effect {
  readonly event: string
  readonly seq: number
  /** Which attempt of which process wrote it. */
  readonly attempt: string
}

/** The effects of one key, in the order in which their transactions were committed. */
export interface KeyEffects {
  readonly _id: string
  readonly effects: Effect[]
}

/** The collection that handlers write their effects to. */
export function effectsOf(db: Db): Collection<KeyEffects> {
  return db.collection('effects')
}

/** Has an effect, in the transaction of a session: one document for each key, so that its list shows their order. */
export async function haveEffect(db: Db, session: ClientSession, key: string, effect: Effect): Promise<void> {
  await effectsOf(db).updateOne({ _id: key }, { $push: { effects: effect } }, { session, upsert: true })
}
