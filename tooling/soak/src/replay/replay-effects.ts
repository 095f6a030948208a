import type { ClientSession, Db } from 'mongodb'
import type { EffectEvent } from '../effects.ts'

/** What a handler did for an event in a replay run, or for the live event. */
interface ReplayEffect {
  readonly eventId: string
  readonly run: string | null
  readonly seq: number
  /** The sequence number that the key was at in this run before; -1 before the first. */
  readonly after: number
}

function collections(db: Db) {
  return {
    effects: db.collection<ReplayEffect>('replayEffects'),
    lanes: db.collection<{ _id: string; seq: number }>('replayLanes'),
  }
}

/** Writes an effect within a transaction: a document of its own for each time it is had, and how far its key is. */
export async function haveReplayEffect(
  db: Db,
  domain: string,
  event: EffectEvent,
  replayRunId: string | undefined,
  session: ClientSession,
): Promise<void> {
  const { effects, lanes } = collections(db)
  const run = replayRunId ?? null
  const seq = Number(event.metadata.seq)
  const _id = `${run}/${domain}/${event.householdId}`
  const before = await lanes.findOneAndUpdate(
    { _id },
    { $set: { seq } },
    { upsert: true, returnDocument: 'before', session },
  )
  await effects.insertOne({ eventId: event.id, run, seq, after: before?.seq ?? -1 }, { session })
}

/** What handlers did in a run. */
export interface ReplayEffectCount {
  /** Events with an effect. */
  readonly events: number
  readonly twice: number
  readonly outOfOrder: number
}

/** Counts the effects of a run, whatever receipts say. */
export async function countReplayEffects(db: Db, run: string): Promise<ReplayEffectCount> {
  const found = await collections(db).effects.find({ run }).toArray()
  const events = new Set(found.map(({ eventId }) => eventId)).size
  const outOfOrder = found.filter(({ seq, after }) => after >= seq).length
  return { events, twice: found.length - events, outOfOrder }
}
