import type { FetchedMessage, Logger, PartitionRange, Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { type HeadChain, messageDigest } from '../head.ts'
import { deadPartitionCollection } from './collections.ts'
import { type DeadPartition, deadPartitionSchema } from './document.ts'
import type { DeadLetterMaker, DeadPlace } from './maker.ts'
import type { DeadLetterWriter } from './writer.ts'

/** What reading a partition of a dead-letter topic takes. */
export interface DeadPartitionParts {
  readonly transport: Pick<Transport, 'read'>
  readonly db: Db
  readonly chain: HeadChain
  readonly makeDocument: DeadLetterMaker
  readonly write: DeadLetterWriter
  readonly logger: Logger
  readonly operationTimeoutMs: number
  /** Ends the reading between two batches. */
  readonly signal: AbortSignal
}

/** How far every partition is indexed, by `<topic>/<partition>`. */
export async function readProgress(db: Db, maxTimeMS: number): Promise<Map<string, DeadPartition>> {
  const states = await deadPartitionCollection(db).find({}, { maxTimeMS }).toArray()
  return new Map(states.map((state) => [state._id, deadPartitionSchema.parse(state)]))
}

/**
 * Indexes a partition up to its end: messages first, then how far they go, so that a kill in between repeats and loses
 * nothing. Returns how far it is.
 *
 * Reading begins at the last message that was indexed, not after it: where that is another one now, the topic was made
 * anew, and it is read from its beginning.
 */
export async function indexPartition(
  place: DeadPlace,
  { low, high }: PartitionRange,
  known: DeadPartition | undefined,
  parts: DeadPartitionParts,
): Promise<DeadPartition> {
  const { transport, logger, signal } = parts
  const { topic, partition } = place
  const fresh: DeadPartition = { _id: `${topic}/${partition}`, next: low, last: null }
  let progress = known ?? fresh
  const anew = () => {
    logger.warn(
      { topic, partition, next: progress.next },
      'a dead-letter topic was made anew; it is indexed from its beginning',
    )
    progress = fresh
  }
  if (high < progress.next) anew()
  while (!signal.aborted) {
    const { next, last } = progress
    const messages = await transport.read(
      { topic, partition, offset: last?.offset ?? next },
      { timeoutMs: parts.operationTimeoutMs },
    )
    if (last !== null && isAnother(messages[0], last, parts.chain)) {
      anew()
      continue
    }
    const unread = messages.filter(({ offset }) => offset >= next)
    const first = unread[0]
    // The last one alone may fill a fetch: what follows it is then read without it.
    if (first === undefined && last !== null && next < high) progress = { ...progress, last: null }
    else if (first === undefined) return progress
    else {
      if (first.offset > next)
        logger.warn(
          { topic, partition, from: next, to: first.offset },
          'dead letters were deleted before they were indexed',
        )
      progress = await store(unread, place, progress, parts)
    }
  }
  return progress
}

function isAnother(
  message: FetchedMessage | undefined,
  last: { offset: number; digest: Uint8Array },
  chain: HeadChain,
): boolean {
  if (message?.offset !== last.offset) return false
  return !Buffer.from(last.digest).equals(messageDigest(chain, message))
}

async function store(
  messages: readonly FetchedMessage[],
  place: DeadPlace,
  before: DeadPartition,
  { makeDocument, write, chain, db, operationTimeoutMs }: DeadPartitionParts,
): Promise<DeadPartition> {
  const now = new Date()
  await write(messages.map((message) => makeDocument(message, place, now)))
  const message = messages.at(-1)
  if (message === undefined) return before
  const { _id } = before
  const after = {
    _id,
    next: message.offset + 1,
    last: { offset: message.offset, digest: messageDigest(chain, message) },
  }
  const { next, last } = after
  await deadPartitionCollection(db).updateOne(
    { _id },
    { $set: { next, last } },
    { upsert: true, maxTimeMS: operationTimeoutMs },
  )
  return after
}
