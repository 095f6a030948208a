import { isHouseHelperError, type Logger, type Transport } from '@house-helper/events-core'
import type { Collection } from 'mongodb'
import { backoffMs } from './backoff.ts'
import type { EntryDocument } from './collections.ts'
import { Destination } from './destination.ts'
import type { Entry } from './entry.ts'
import type { Leases } from './leases.ts'
import { mongoFailure } from './mongo-failure.ts'
import type { Problems } from './relay-health.ts'

/** The longest that one append may take, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 10_000
/** How long the key of an event waits that its topic does not take, in milliseconds. */
const HELD_MS = 30_000

/** What a dispatcher needs. */
export interface DispatcherOptions {
  readonly transport: Transport
  readonly entries: Collection<EntryDocument>
  readonly leases: Pick<Leases, 'holds' | 'remainingMs'>
  readonly keepSentMs: number
  readonly maxBatchBytes: number
  readonly maxHeldBytes: number
  readonly problems: Problems
  readonly logger: Logger
  /** A destination is free again, or failed. */
  readonly settled: () => void
  readonly topicMissing: (topic: string) => void
  readonly defect: (error: unknown) => void
}

/**
 * A dispatcher gathers entries for their topic-partitions and sends them: one batch a topic-partition at a time, the same
 * batch again until it is acknowledged and marked, and only then the next. A place that fails holds up itself alone.
 */
export class Dispatcher {
  published = 0
  batches = 0
  failures = 0
  readonly #options: DispatcherOptions
  readonly #destinations = new Map<string, Destination>()
  readonly #sending = new Set<Promise<void>>()
  #reading = 0
  #heldBytes = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Entries on their way. */
  get inFlight(): number {
    let count = 0
    for (const { batch } of this.#destinations.values()) count += batch.length
    return count
  }

  /** Whether anything of a slot is on its way. */
  busy(slot: number): boolean {
    for (const { batch } of this.#destinations.values()) if (batch.some((entry) => entry.slot === slot)) return true
    return false
  }

  /** When the next failed batch is due, in milliseconds from now. */
  get nextDueMs(): number {
    let dueMs = Number.POSITIVE_INFINITY
    for (const one of this.#destinations.values()) {
      if (one.batch.length > 0 && !one.sending) dueMs = Math.min(dueMs, one.dueMs - performance.now())
    }
    return dueMs
  }

  /** A reading of the outbox begins. What is freed from now on may be in it, although it is sent. */
  begin(): void {
    this.#reading += 1
  }

  /** Takes an entry along where its place is free; else it, and every later one of that place, waits for a reading. */
  offer(entry: Entry, topic: string, partition: number): boolean {
    const place = `${topic}/${partition}`
    let destination = this.#destinations.get(place)
    if (destination === undefined) {
      destination = new Destination(topic, partition)
      this.#destinations.set(place, destination)
    }
    const bytes = destination.gather(entry, this.#reading, this.#options.maxBatchBytes)
    this.#heldBytes += bytes
    return bytes > 0
  }

  /** Whether more entries can be taken along at all. */
  get hasRoom(): boolean {
    return this.#heldBytes < this.#options.maxHeldBytes
  }

  /** Starts every batch that is due. */
  dispatch(): void {
    for (const destination of this.#destinations.values()) {
      if (destination.batch.length === 0 || destination.sending || destination.dueMs > performance.now()) continue
      destination.sending = true
      const sending = this.#send(destination)
        .catch(this.#options.defect)
        .finally(() => {
          destination.sending = false
          destination.closedIn = this.#reading
          this.#sending.delete(sending)
          this.#options.settled()
        })
      this.#sending.add(sending)
    }
  }

  /** Resolves when all that is being sent now has succeeded or failed. */
  async idle(): Promise<void> {
    await Promise.all(this.#sending)
  }

  async #send(destination: Destination): Promise<void> {
    const { leases, problems } = this.#options
    if (!destination.acknowledged) {
      // Another relay has them now; if a failed attempt of ours was written after all, they are there twice.
      if (!destination.batch.every(({ slot }) => leases.holds(slot))) return this.#drop(destination)
      const failure = await this.#append(destination)
      if (failure !== undefined) return this.#appendFailed(destination, failure.error)
    }
    try {
      await this.#mark(destination.batch)
    } catch (error) {
      destination.failures += 1
      destination.dueMs = performance.now() + backoffMs(destination.failures)
      problems.set(destination.place, 'MONGODB_FAILING', `Sent entries cannot be marked: ${mongoFailure(error)}.`)
      return
    }
    problems.clear(destination.place)
    for (const lane of destination.succeeded()) problems.clear(lane)
    this.#drop(destination)
  }

  async #append(destination: Destination): Promise<{ readonly error: unknown } | undefined> {
    const { transport, leases } = this.#options
    const { topic, partition, batch } = destination
    // Ended before the leases end, so that no attempt of ours is left when another relay begins.
    const timeoutMs = Math.max(1, Math.floor(Math.min(ATTEMPT_TIMEOUT_MS, leases.remainingMs / 2)))
    try {
      await transport.sender.append({ topic, partition, messages: batch }, { timeoutMs })
    } catch (error) {
      return { error }
    }
    destination.acknowledged = true
    this.published += batch.length
    this.batches += 1
    return undefined
  }

  #appendFailed(destination: Destination, error: unknown): void {
    // What is no error of a Transport is a defect; it ends the relay.
    if (!isHouseHelperError(error)) throw error
    const { problems, logger, topicMissing } = this.#options
    const { topic, partition, batch, place } = destination
    this.failures += 1
    destination.failures += 1
    destination.dueMs = performance.now() + backoffMs(destination.failures)
    logger.warn({ topic, partition, events: batch.length, code: error.code }, 'A batch of the outbox was not sent')
    if (error.code === 'MESSAGE_TOO_LARGE') {
      this.#tooLarge(destination)
      return
    }
    problems.set(place, 'KAFKA_FAILING', `${place} takes nothing: ${error.message}`)
    if (error.code !== 'TOPIC_MISSING') return
    topicMissing(topic)
    this.#drop(destination)
  }

  /** Halves until the event that is too large is alone; then its key waits, and the others go on. */
  #tooLarge(destination: Destination): void {
    const { batch, topic } = destination
    const [first] = batch
    destination.dueMs = 0
    destination.maxEntries = Math.max(1, Math.floor(batch.length / 2))
    if (batch.length === 1 && first !== undefined) {
      destination.hold(first.lane, performance.now() + HELD_MS)
      const { type, eventId } = first
      this.#options.problems.set(
        first.lane,
        'EVENT_HELD',
        `${topic} does not take ${type} ${eventId}, which is too large; its key waits. Raise the topic's max.message.bytes.`,
      )
    }
    this.#drop(destination)
  }

  async #mark(batch: readonly Entry[]): Promise<void> {
    const { entries, keepSentMs } = this.#options
    const sent = { _id: { $in: batch.map(({ entryId }) => entryId) } }
    if (keepSentMs === 0) await entries.deleteMany(sent)
    else await entries.updateMany(sent, [{ $set: { sentAt: '$$NOW' } }, { $unset: 'slot' }])
  }

  #drop(destination: Destination): void {
    this.#heldBytes -= destination.bytes
    destination.empty()
  }
}
