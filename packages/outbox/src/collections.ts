import { murmur2 } from '@house-helper/events-core'
import type { Collection, Db, ObjectId } from 'mongodb'

/** What the collections are named after where nothing else is given. */
export const DEFAULT_COLLECTION = 'outbox'

/** How many parts the outbox is shared out in. Part of what is stored: all writers and relays use the same number. */
export const SLOTS = 32

/** An entry is one event in the outbox, as its message's bytes. */
export interface EntryDocument {
  readonly _id: ObjectId
  readonly domain: string
  /** The message's key: the subject's id. */
  readonly key: string
  readonly eventId: string
  readonly type: string
  /** The message's value, byte for byte. */
  readonly value: Uint8Array
  readonly enqueuedAt: Date
  /** Rises with every entry of the key, in the order of commits. */
  readonly order: number
  /** Which relay sends it; absent once it is sent. */
  readonly slot?: number
  /** Set where sent entries are kept. */
  readonly sentAt?: Date
}

/** A lane is one key of one domain: it gives the key's entries their order. */
export interface LaneDocument {
  /** `<domain>/<key>`. */
  readonly _id: string
  readonly order: number
}

/** Who sends a slot's entries (`slot:7`), or that a relay lives (`relay:…`). */
export interface LeaseDocument {
  readonly _id: string
  readonly holder: string | null
  readonly until: Date
}

/** The outbox's collections in a service's own database. */
export interface OutboxCollections {
  readonly entries: Collection<EntryDocument>
  readonly lanes: Collection<LaneDocument>
  readonly leases: Collection<LeaseDocument>
}

/** What a relay's own operations are done with: never rolled back once acknowledged, and with an end. */
export interface OperationOptions {
  readonly writeConcern?: { readonly w: 'majority' }
  readonly timeoutMS?: number
}

/** Names the collections; nothing is asked of the server. */
export function outboxCollections(db: Db, name: string, options: OperationOptions = {}): OutboxCollections {
  return {
    entries: db.collection(name, options),
    lanes: db.collection(`${name}_lanes`, options),
    leases: db.collection(`${name}_leases`, options),
  }
}

/** Creates what is missing: collections, since a transaction had better find them, and the relay's index. */
export async function prepareOutbox(db: Db, name: string): Promise<void> {
  await createMissing(db, [name, `${name}_lanes`, `${name}_leases`])
  // Sent entries have no slot: the index holds what is to be sent and nothing else.
  await db
    .collection(name)
    .createIndex(
      { slot: 1, order: 1, _id: 1 },
      { name: 'to_send', partialFilterExpression: { slot: { $exists: true } } },
    )
}

/** Creates collections that do not exist; another process may do the same at the same time. */
export async function createMissing(db: Db, names: readonly string[]): Promise<void> {
  // Where an operation had to connect by itself and could not, the driver is of no use any more until it is told to.
  await db.client.connect()
  const found = await db.listCollections({ name: { $in: names } }, { nameOnly: true }).toArray()
  const existing = new Set(found.map(({ name }) => name))
  for (const name of names) {
    if (!existing.has(name)) await db.createCollection(name).catch(unlessItExists)
  }
}

const NAMESPACE_EXISTS = 48

function unlessItExists(error: { readonly code?: unknown }): void {
  if (error.code !== NAMESPACE_EXISTS) throw error
}

/** The lane of a key. */
export function laneId(domain: string, key: string): string {
  return `${domain}/${key}`
}

/** The slot that a lane's entries belong to. */
export function slotOf(lane: string): number {
  return (murmur2(Buffer.from(lane)) & 0x7fffffff) % SLOTS
}
