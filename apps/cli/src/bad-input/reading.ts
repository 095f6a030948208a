import {
  type DeadLetterNote,
  type DeliveryNote,
  decodeDeadLetter,
  decodeDelivery,
  type FetchedMessage,
  type OriginalMessage,
  type Transport,
} from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { bytesOf } from './bytes.ts'

/** A dead letter, read. */
export interface Letter {
  readonly note: DeadLetterNote
  readonly original: OriginalMessage
}

/** Reads all of a topic of one partition. */
export async function readAll(transport: Transport, topic: string): Promise<FetchedMessage[]> {
  const all: FetchedMessage[] = []
  for (;;) {
    const messages = await transport.read({ topic, partition: 0, offset: all.length })
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

/** Reads dead letters, by their original offsets; fails at one that cannot be read, and at a second one of one event. */
export async function readLetters(transport: Transport, topic: string): Promise<ReadonlyMap<number, Letter>> {
  const found = new Map<number, Letter>()
  for (const message of await readAll(transport, topic)) {
    const decoded = decodeDeadLetter(message)
    if (!decoded.ok) throw new Error(decoded.problem.message)
    const { offset } = decoded.note.origin
    if (found.has(offset)) throw new Error(`The event at ${offset} has two dead letters.`)
    found.set(offset, decoded)
  }
  return found
}

/** Reads a message of an inbox; fails at one that cannot be read. */
export function readDelivery(message: FetchedMessage): {
  readonly note: DeliveryNote
  readonly original: OriginalMessage
} {
  const decoded = decodeDelivery(message)
  if (!decoded.ok) throw new Error(decoded.problem.message)
  return decoded
}

/** A document of the log by its place, with its bytes in the form of {@link bytesOf}; undefined where there is none. */
export async function documentAt(
  db: Db,
  place: { readonly topic: string; readonly offset: number },
  collection: 'records' | 'quarantine',
) {
  const found = await db.collection(collection).findOne(place, { promoteBuffers: true })
  if (found === null) return undefined
  const headers = (found.headers as { name: string; value: Uint8Array | null }[]).map(
    ({ name, value }) => [name, value] as const,
  )
  return { ...found, bytes: bytesOf({ key: found.key, value: found.value, headers }) }
}
