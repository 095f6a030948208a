import type { OutgoingMessage } from '@house-helper/events-core'
import type { Collection } from 'mongodb'
import { ObjectId } from 'mongodb'
import { z } from 'zod'
import { type EntryDocument, laneId } from './collections.ts'

/** An entry as the relay reads it; it is the outgoing message itself. */
export interface Entry extends OutgoingMessage {
  readonly entryId: ObjectId
  readonly domain: string
  readonly lane: string
  readonly slot: number
  readonly eventId: string
  readonly type: string
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly enqueuedMs: number
}

const documentSchema = z.object({
  _id: z.instanceof(ObjectId),
  domain: z.string(),
  key: z.string(),
  eventId: z.string(),
  type: z.string(),
  value: z.instanceof(Uint8Array),
  slot: z.int(),
  enqueuedAt: z.date(),
})

/** Reads a document; undefined for one that was not written by an outbox. */
export function entryOf(document: unknown): Entry | undefined {
  const parsed = documentSchema.safeParse(document)
  if (!parsed.success) return undefined
  const { _id: entryId, key, domain, enqueuedAt, ...rest } = parsed.data
  const lane = laneId(domain, key)
  return { ...rest, entryId, domain, lane, key: Buffer.from(key), enqueuedMs: enqueuedAt.getTime() }
}

/** The most entries that one reading looks at, so that a place that takes nothing doesn't hide the others for long. */
const MAX_READ = 10_000

/**
 * Reads entries of some slots, oldest first, for as long as `visit` wants more.
 *
 * All come from one majority-committed snapshot: where an entry of a key is seen, so is every earlier one that is not
 * sent yet, and none can be rolled back after it was published. Without it, a reading could pass the place of an entry
 * just before its commit and find the next one of its key.
 */
export async function readEntries(
  entries: Collection<EntryDocument>,
  slots: readonly number[],
  visit: (document: unknown) => Promise<boolean>,
): Promise<void> {
  const cursor = entries.find(
    { slot: { $in: [...slots] } },
    {
      sort: { order: 1, _id: 1 },
      readConcern: { level: 'snapshot' },
      batchSize: 500,
      limit: MAX_READ,
      promoteBuffers: true,
    },
  )
  try {
    for await (const document of cursor) if (!(await visit(document))) return
  } finally {
    await cursor.close()
  }
}
