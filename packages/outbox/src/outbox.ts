import type { ContractOf, Domain, EventContract, EventTypeOf, PublishedData } from '@house-helper/events-core'
import { PublishError, type PublishFields, type StampedEvent, stampEvent } from '@house-helper/producer'
import { Binary, type ClientSession, type Db, ObjectId } from 'mongodb'
import {
  DEFAULT_COLLECTION,
  laneId,
  type OutboxCollections,
  outboxCollections,
  prepareOutbox,
  slotOf,
} from './collections.ts'
import { OutboxError, positive } from './errors.ts'
import { nextOrder } from './lane-order.ts'
import { onceDone } from './once-done.ts'

/** How an outbox is made. */
export interface OutboxOptions {
  /** The service that publishes; it is in every envelope. */
  readonly source: string
  /** The service's own database, in which its transactions write. */
  readonly db: Db
  /** What the outbox's collections are named after. Default `outbox`. The relay has to be given the same. */
  readonly collection?: string
  /** The largest event that is taken, in bytes of its message. Default 983,040, which a topic takes by default. */
  readonly maxEventBytes?: number
  /** Now, in milliseconds since 1970, for ids and timestamps. Default `Date.now`. */
  readonly clock?: () => number
}

/** What is said about an event besides its data, and the transaction that it belongs to. */
export type EnqueueFields<Contract extends EventContract> = Omit<PublishFields<Contract>, 'signal'> & {
  /** A session of the same client whose transaction is open; the event is published if it commits. */
  readonly session: ClientSession
}

/** An event that will be published if its transaction commits. */
export interface Enqueued {
  readonly id: string
}

/** An outbox takes the events of one domain within the transactions of the service's own writes. */
export interface Outbox<D extends Domain> {
  readonly domain: D
  /**
   * Enqueues an event: it is published after the transaction has committed, and never if it has not.
   *
   * It is checked and stamped as `publish` does it. Events of one subject are published in the order in which their
   * transactions commit, and within a transaction in the order of these calls; so transactions that enqueue for the same
   * subject conflict, and all but one are done again by the driver's `withTransaction`. Enqueue last: it keeps that short.
   *
   * @throws PublishError `EVENT_INVALID`; OutboxError `TRANSACTION_MISSING`, `EVENT_TOO_LARGE`; the driver's errors as
   * they are, so that `withTransaction` can tell which ones to retry.
   */
  enqueue<Type extends EventTypeOf<D>>(
    type: Type,
    data: PublishedData<ContractOf<D, Type>>,
    fields: EnqueueFields<ContractOf<D, Type>>,
  ): Promise<Enqueued>
}

/**
 * Creates an outbox of a domain in a service's database. It holds nothing open; `createOutboxRelay` publishes.
 *
 * @throws OutboxError `OPTIONS_INVALID`.
 */
export function createOutbox<D extends Domain>(domain: D, options: OutboxOptions): Outbox<D> {
  const { source, db, collection = DEFAULT_COLLECTION, clock = Date.now } = options
  if (typeof source !== 'string' || source.trim() === '') {
    throw new OutboxError(
      'OPTIONS_INVALID',
      "An outbox needs a source, its service's name: { source: 'task-service' }.",
    )
  }
  const maxEventBytes = positive('maxEventBytes', options.maxEventBytes, 960 * 1024)
  const collections = outboxCollections(db, collection)
  const prepared = onceDone(() => prepareOutbox(db, collection))

  async function enqueue(type: string, data: unknown, fields: unknown): Promise<Enqueued> {
    const { session, about } = splitFields(type, fields)
    const stamped = stampEvent(domain, { source, nowMs: clock() }, type, data, about)
    checkSize(stamped, maxEventBytes)
    await prepared()
    await insertEntry(collections, domain.name, stamped, session)
    return { id: stamped.envelope.id }
  }
  return { domain, enqueue }
}

async function insertEntry(
  { entries, lanes }: OutboxCollections,
  domain: string,
  { envelope, key: keyBytes, value }: StampedEvent,
  session: ClientSession,
): Promise<void> {
  const key = Buffer.from(keyBytes).toString()
  const lane = laneId(domain, key)
  const order = await nextOrder(lanes, lane, session)
  const { id: eventId, type } = envelope
  const entry = { domain, key, eventId, type, value: new Binary(value), enqueuedAt: new Date() }
  await entries.insertOne({ _id: new ObjectId(), ...entry, order, slot: slotOf(lane) } as never, { session })
}

function splitFields(type: string, fields: unknown): { session: ClientSession; about: unknown } {
  const { session, ...about } = (typeof fields === 'object' && fields !== null ? fields : {}) as {
    readonly session?: ClientSession
  }
  if (session?.inTransaction?.() !== true) {
    const message = `${type} was enqueued without a transaction: call enqueue within client.withSession and session.withTransaction, and give { session }.`
    throw new OutboxError('TRANSACTION_MISSING', message, { details: { type } })
  }
  if ('signal' in about) {
    const issues = [{ path: 'signal', message: 'is for publish; abort the transaction instead' }]
    throw new PublishError('EVENT_INVALID', `${type} cannot be enqueued: signal is for publish.`, {
      outcome: 'not-sent',
      issues,
    })
  }
  return { session, about }
}

function checkSize({ key, value, envelope: { type, id } }: StampedEvent, maxEventBytes: number): void {
  const bytes = key.length + value.length
  if (bytes <= maxEventBytes) return
  const message = `${type} ${id} has ${bytes} bytes, maxEventBytes is ${maxEventBytes}. Keep large content elsewhere and publish a reference to it.`
  throw new OutboxError('EVENT_TOO_LARGE', message, { details: { type, id, bytes } })
}
