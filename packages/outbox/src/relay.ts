import { isHouseHelperError, type Logger, within } from '@house-helper/events-core'
import { type Document, MongoError } from 'mongodb'
import { backoffMs } from './backoff.ts'
import { type Bell, createBell } from './bell.ts'
import { type OutboxCollections, outboxCollections, prepareOutbox } from './collections.ts'
import { Dispatcher } from './dispatcher.ts'
import { entryOf, readEntries } from './entry.ts'
import { OutboxError } from './errors.ts'
import { expireBy } from './expiry.ts'
import { Leases } from './leases.ts'
import { mongoFailure } from './mongo-failure.ts'
import { Problems, type RelayHealth, type RelayStats } from './relay-health.ts'
import { type CheckedRelayOptions, checkRelayOptions, type OutboxRelayOptions } from './relay-options.ts'
import { Topics } from './topics.ts'
import { createWatcher, type Watcher } from './watcher.ts'

/** A relay publishes what outboxes hold. Several relays of one database share the work. */
export interface OutboxRelay extends AsyncDisposable {
  /** Rejects if the relay dies of a defect, resolves after `close()`. MongoDB or Kafka being away does not end it. */
  readonly closed: Promise<void>
  health(): RelayHealth
  /** Figures for metrics. */
  stats(): RelayStats
  /**
   * Finishes what is being sent, leaves the rest to other relays or a later one, and lets go of its leases; resolves
   * within `timeoutMs` (default 10,000), whatever happens. A transport that was given stays open.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
}

/** No operation waits longer for MongoDB than this, in milliseconds. */
const OPERATION_TIMEOUT_MS = 10_000
/** How long a place that is slow holds up the reading for the others, in milliseconds. */
const SLOW_MS = 100

/**
 * Creates a relay, which begins at once.
 *
 * At least once: an event whose relay was killed between sending and marking is published again under the same id. The
 * events of a key are first published in the order of their commits, whatever fails; after a takeover, or where the
 * outcome of an append was unknown, copies of earlier ones may follow later ones.
 *
 * @throws OutboxError `OPTIONS_INVALID`; SettingsError `SETTINGS_INVALID` for connection settings.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return new Relay(checkRelayOptions(options))
}

class Relay implements OutboxRelay {
  readonly closed: Promise<void>
  readonly #options: CheckedRelayOptions
  readonly #logger: Logger
  readonly #collections: OutboxCollections
  readonly #problems = new Problems()
  readonly #bell: Bell = createBell()
  readonly #renewal: Bell = createBell()
  readonly #leases: Leases
  readonly #topics: Topics
  readonly #dispatcher: Dispatcher
  readonly #watcher: Watcher
  readonly #end = Promise.withResolvers<void>()
  readonly #work: Promise<unknown>
  #state: 'starting' | 'running' | 'closed' | 'dead' = 'starting'
  #closing: Promise<void> | undefined
  #death: unknown
  #oldestMs = 0

  constructor(options: CheckedRelayOptions) {
    this.#options = options
    this.#logger = options.logger
    this.closed = this.#end.promise
    const operation = { writeConcern: { w: 'majority' }, timeoutMS: OPERATION_TIMEOUT_MS } as const
    this.#collections = outboxCollections(options.db, options.collection, operation)
    const busy = (slot: number): boolean => this.#dispatcher.busy(slot)
    this.#leases = new Leases({ ...this.#collections, leaseMs: options.leaseMs, logger: this.#logger, busy })
    this.#topics = new Topics(options.transport, this.#problems)
    this.#dispatcher = this.#createDispatcher()
    // Without a deadline of its own: a change stream waits for as long as nothing happens.
    const { entries } = outboxCollections(options.db, options.collection)
    const came = (): void => this.#bell.ring()
    this.#watcher = createWatcher({ entries, came, problems: this.#problems, logger: this.#logger })
    this.#work = Promise.all([this.#keepLeases(), this.#relay()])
  }

  health(): RelayHealth {
    const { reasons } = this.#problems
    if (this.#state === 'running') return { status: reasons.length === 0 ? 'up' : 'degraded', reasons }
    const why = {
      starting: { code: 'STARTING', message: 'The relay has not reached MongoDB yet.' },
      closed: { code: 'CLOSED', message: 'The relay is closed.' },
      dead: { code: 'DIED', message: `The relay has died: ${String(this.#death)}` },
    } as const
    return { status: 'down', reasons: [why[this.#state], ...reasons] }
  }

  stats(): RelayStats {
    const { published, batches, failures, inFlight } = this.#dispatcher
    return { published, batches, failures, inFlight, slots: this.#leases.slots.length, oldestMs: this.#oldestMs }
  }

  close({ timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #ended(): boolean {
    return this.#state === 'closed' || this.#state === 'dead'
  }

  async #close(timeoutMs: number): Promise<void> {
    const died = this.#state === 'dead'
    if (!died) this.#state = 'closed'
    this.#bell.ring()
    this.#renewal.ring()
    const letGo = async (): Promise<void> => {
      await this.#work
      await this.#dispatcher.idle()
      await this.#leases.release()
    }
    const tidy = Promise.all([letGo(), this.#watcher.close()]).catch((error: unknown) => {
      // Its leases end by themselves.
      this.#logger.warn({ error: mongoFailure(error) }, 'A relay could not let go of its leases')
    })
    await within(tidy, timeoutMs)
    await this.#options.release()
    if (!died) this.#end.resolve()
  }

  /** Keeps the leases; what fails is tried again well before they end. */
  async #keepLeases(): Promise<void> {
    const { leaseMs, db, collection } = this.#options
    let prepared = false
    for (let failures = 0; !this.#ended; ) {
      try {
        if (!prepared) await this.#prepare(db, collection)
        prepared = true
        const before = this.#leases.slots.length
        await this.#leases.renew()
        if (this.#state === 'starting') this.#state = 'running'
        if (this.#leases.slots.length !== before) this.#bell.ring()
        this.#problems.clear('leases')
        failures = 0
      } catch (error) {
        failures += 1
        this.#mongoFailed('leases', 'Leases cannot be renewed', error)
      }
      if (!this.#ended) await this.#renewal.wait(Math.min(leaseMs / 3, failures > 0 ? backoffMs(failures) : leaseMs))
    }
  }

  async #prepare(db: CheckedRelayOptions['db'], collection: string): Promise<void> {
    await prepareOutbox(db, collection)
    await this.#leases.prepare()
    const { keepSentMs } = this.#options
    if (keepSentMs > 0) await expireBy(db, collection, 'sentAt', keepSentMs)
  }

  async #relay(): Promise<void> {
    for (let failures = 0; !this.#ended; ) {
      let gathered = 0
      try {
        gathered = await this.#round()
        this.#problems.clear('reading')
        failures = 0
      } catch (error) {
        failures += 1
        this.#mongoFailed('reading', 'The outbox cannot be read', error)
      }
      this.#dispatcher.dispatch()
      await within(this.#dispatcher.idle(), SLOW_MS)
      if (gathered > 0 || this.#ended) continue
      const pauseMs = failures > 0 ? backoffMs(failures) : this.#options.pollIntervalMs
      await this.#bell.wait(Math.min(pauseMs, this.#dispatcher.nextDueMs))
    }
  }

  /** Reads the outbox once and takes along what can go; how many entries that are. */
  async #round(): Promise<number> {
    const { slots } = this.#leases
    if (slots.length === 0 || !this.#dispatcher.hasRoom) return 0
    this.#dispatcher.begin()
    let gathered = 0
    let oldestMs: number | undefined
    await readEntries(this.#collections.entries, slots, async (document) => {
      const entry = entryOf(document)
      if (entry === undefined) {
        this.#invalid(document)
        return true
      }
      oldestMs ??= Math.max(0, Date.now() - entry.enqueuedMs)
      const topic = this.#topics.name(entry.domain)
      const partition = await this.#topics.partition(topic, entry.key)
      if (partition !== undefined && this.#dispatcher.offer(entry, topic, partition)) gathered += 1
      return this.#dispatcher.hasRoom
    })
    this.#oldestMs = oldestMs ?? 0
    return gathered
  }

  #createDispatcher(): Dispatcher {
    const { transport, keepSentMs, maxBatchBytes, maxHeldBytes } = this.#options
    return new Dispatcher({
      transport,
      keepSentMs,
      maxBatchBytes,
      maxHeldBytes,
      entries: this.#collections.entries,
      leases: this.#leases,
      problems: this.#problems,
      logger: this.#logger,
      settled: () => this.#bell.ring(),
      topicMissing: (topic) => this.#topics.forget(topic),
      defect: (error) => this.#die(error),
    })
  }

  #invalid(document: unknown): void {
    const { collection } = this.#options
    const id = String((document as Document)?._id)
    const message = `${collection} has a document that no outbox wrote, with the _id ${id}. It is passed over; remove it.`
    this.#problems.set(`entry:${id}`, 'ENTRY_INVALID', message)
  }

  #mongoFailed(place: string, what: string, error: unknown): void {
    if (!(error instanceof MongoError || isHouseHelperError(error))) {
      this.#die(error)
      return
    }
    this.#problems.set(place, 'MONGODB_FAILING', `${what}: ${mongoFailure(error)}. Check the server and MONGODB_URI.`)
    this.#logger.warn({ error: mongoFailure(error) }, what)
  }

  #die(error: unknown): void {
    if (this.#ended) return
    this.#state = 'dead'
    this.#death = error
    this.#logger.error({ err: error }, 'The relay of the outbox has died')
    this.#end.reject(
      new OutboxError('DEFECT', 'The relay of the outbox failed by a mistake of its own.', { cause: error }),
    )
    void this.close()
  }
}
