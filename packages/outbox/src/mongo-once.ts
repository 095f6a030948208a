import type { Once, OnceDelivery, OnceOutcome } from '@house-helper/consumer'
import type { ClientSession, Collection, Db, MongoClient } from 'mongodb'
import { z } from 'zod'
import { createMissing } from './collections.ts'
import { digestOf } from './digest.ts'
import { OutboxError, positive } from './errors.ts'
import { expireBy } from './expiry.ts'
import { isConflict, isDuplicateKey } from './mongo-failure.ts'
import { onceDone } from './once-done.ts'
import { inTransaction } from './transaction.ts'

/** What a handler gets in its context for its own writes. */
export interface MongoContext {
  /** Give it to every operation whose effect belongs to the event; an operation without it has its effect at once. */
  readonly session: ClientSession
}

/** Where receipts are kept, and for how long. */
export interface MongoOnceOptions {
  /** Default: the client's own, which its URI names. */
  readonly database?: string
  /** Default `event_receipts`. */
  readonly collection?: string
  /**
   * How long receipts are kept, in milliseconds; an event that comes again later has its effects again. Give more than
   * dead letters and the topic can hold it back. Default: for good.
   */
  readonly expireAfterMs?: number
}

/** A receipt is a group's proof that it has handled an event. */
interface ReceiptDocument {
  readonly _id: ReceiptId
  readonly digest: string
  readonly handledAt: Date
}

interface ReceiptId {
  readonly group: string
  readonly event: string
  readonly run: string | null
}

/** Ends the waiting for a receipt that another transaction has written and not committed. */
const inHand = new Error('The receipt is in hand.')

const receiptSchema = z.object({ digest: z.string() })

/** The longest wait for a receipt to be read, in milliseconds. */
const READ_TIMEOUT_MS = 10_000

/**
 * Keeps receipts in MongoDB, each written in the transaction of the handler's own writes: both are there, or neither.
 *
 * The receipt is the transaction's first write, so of several members that handle the same event at the same time one
 * commits, and the others wait for it or fail; that holds also for one that lost its partition and does not know. What
 * the handler does without the session, such as sending mail, is outside of it.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function mongoOnce(client: MongoClient, options: MongoOnceOptions = {}): Once<MongoContext> {
  const { database, collection = 'event_receipts', expireAfterMs } = options
  if (expireAfterMs !== undefined) positive('expireAfterMs', expireAfterMs, 0)
  const db = client.db(database)
  const receipts: Collection<ReceiptDocument> = db.collection(collection)
  const prepared = onceDone(() => prepare(db, collection, expireAfterMs))

  /** Writes receipts and runs work in one transaction; `held` where another one has a receipt in hand for too long. */
  async function write(
    { signal, deadlineMs }: OnceDelivery,
    documents: readonly ReceiptDocument[],
    work: (context: MongoContext) => Promise<void>,
  ): Promise<'handled' | 'held' | 'met'> {
    const waitUntilMs = (performance.now() + deadlineMs) / 2
    let written = false
    try {
      await inTransaction(client, signal, async (session) => {
        written = false
        const held = performance.now() > waitUntilMs
        await receipts.insertMany([...documents], { session }).catch((error: unknown) => {
          // No more runs, so that the handler would not begin with its time nearly over.
          throw held && isConflict(error) ? inHand : error
        })
        written = true
        await work({ session })
      })
      return 'handled'
    } catch (error) {
      if (error === inHand) return 'held'
      // A duplicate key of the handler's own is its failure like any other.
      if (written || !isDuplicateKey(error)) throw error
      return 'met'
    }
  }

  async function run(delivery: OnceDelivery, handle: (context: MongoContext) => Promise<void>): Promise<OnceOutcome> {
    await prepared()
    const receipt = receiptOf(delivery)
    const outcome = await write(delivery, [receipt], handle)
    return outcome === 'met' ? compare(receipts, receipt) : outcome
  }

  async function runBatch(
    deliveries: readonly OnceDelivery[],
    handle: (context: MongoContext, fresh: readonly OnceDelivery[]) => Promise<void>,
  ): Promise<readonly OnceOutcome[]> {
    await prepared()
    const documents = deliveries.map(receiptOf)
    for (;;) {
      const found = await findOutcomes(receipts, documents)
      const fresh = deliveries.filter((_, index) => found[index] === undefined)
      const [first] = fresh
      if (first === undefined) return found.map((each) => each ?? 'repeat')
      const toWrite = documents.filter((_, index) => found[index] === undefined)
      const outcome = await write(first, toWrite, (context) => handle(context, fresh))
      if (outcome !== 'met') return found.map((each) => each ?? outcome)
      // Another member has handled some of them just now: they are found when it is looked for them again.
      first.signal.throwIfAborted()
    }
  }
  return { run, runBatch }
}

function receiptOf(delivery: OnceDelivery): ReceiptDocument {
  return { _id: receiptId(delivery), digest: digestOf(delivery.value), handledAt: new Date() }
}

/** What the receipts that are there, or come earlier in the batch, mean for each event; undefined for a fresh one. */
async function findOutcomes(
  receipts: Collection<ReceiptDocument>,
  documents: readonly ReceiptDocument[],
): Promise<readonly (OnceOutcome | undefined)[]> {
  const ids = documents.map(({ _id }) => _id)
  const options = { projection: { _id: 1 }, readPreference: 'primary', maxTimeMS: READ_TIMEOUT_MS } as const
  const there = new Set<string>()
  for await (const { _id } of receipts.find({ _id: { $in: ids } }, options)) there.add(textOf(_id))
  const earlier = new Map<string, string>()
  return Promise.all(
    documents.map(async (document) => {
      const text = textOf(document._id)
      if (there.has(text)) return compare(receipts, document)
      const digest = earlier.get(text)
      if (digest !== undefined) return digest === document.digest ? 'repeat' : 'conflict'
      earlier.set(text, document.digest)
      return undefined
    }),
  )
}

function textOf({ event, run }: ReceiptId): string {
  return JSON.stringify([event, run])
}

function receiptId({ event, delivery }: OnceDelivery): ReceiptId {
  return { group: delivery.groupId, event: event.id, run: delivery.replayRunId ?? null }
}

/**
 * Says what a receipt that is there already means. Read so that it cannot be rolled back any more: the event passes for
 * handled, and its offset is committed.
 */
async function compare(receipts: Collection<ReceiptDocument>, { _id, digest }: ReceiptDocument): Promise<OnceOutcome> {
  const options = { readConcern: 'linearizable', readPreference: 'primary', maxTimeMS: READ_TIMEOUT_MS } as const
  const found = await receipts.findOne({ _id }, options)
  if (found === null) {
    throw new OutboxError('DOCUMENT_INVALID', `The receipt of ${_id.event} was there and is gone: it was removed.`, {
      canRetry: true,
      details: { ..._id },
    })
  }
  const read = receiptSchema.safeParse(found)
  if (!read.success) {
    throw new OutboxError(
      'DOCUMENT_INVALID',
      `The receipt of ${_id.event} for ${_id.group} was not written by this package.`,
      {
        details: { ..._id },
      },
    )
  }
  return read.data.digest === digest ? 'repeat' : 'conflict'
}

async function prepare(db: Db, collection: string, expireAfterMs: number | undefined): Promise<void> {
  await createMissing(db, [collection])
  if (expireAfterMs !== undefined) await expireBy(db, collection, 'handledAt', expireAfterMs)
}
