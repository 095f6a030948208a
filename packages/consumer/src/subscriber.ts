import { type Clock, type Logger, silentLogger, systemClock, type Transport } from '@house-helper/events-core'
import type { ConnectionSettings } from '@house-helper/transport-kafkajs'
import { connect } from './connection.ts'
import { Engine } from './engine.ts'
import { SubscriberError } from './errors.ts'
import type { HandlerSet } from './handlers.ts'
import { type Health, type HealthReason, healthOf } from './health.ts'
import { announcementOf } from './membership/announcement.ts'
import { checkOnce, type Once } from './once.ts'
import type { OutcomeListener } from './outcome-listener.ts'
import { createRoutes, hasLater, type Routes } from './route.ts'
import { findTopics, type SubscriberTopics } from './setting-aside/group-topics.ts'
import { type CompleteSettings, completeSettings, type SubscriberSettings } from './settings.ts'
import { PROCESSING_BOUNDS_MS, Statistics } from './statistics.ts'
import { type SubscriberStats, statsOf } from './stats.ts'

/**
 * How a subscriber is made. Connection settings that are not given come from the environment. `Extra` is what handlers
 * need of `once` in their context.
 */
export interface SubscriberOptions<Extra = unknown> extends SubscriberSettings, Partial<ConnectionSettings> {
  /** What is handled: handler sets of one or more domains, each event type once. */
  readonly on: readonly HandlerSet<NoInfer<Extra>>[]
  /** Gives each event its effects once, by receipts: `mongoOnce(client)`. Default: at least once. */
  readonly once?: Once<Extra>
  /** A pino logger fits. Default: silence. */
  readonly logger?: Logger
  /** By which events wait for their next attempt; handlers' deadlines go by the system's. Default: the system's. */
  readonly clock?: Clock
  /** Is told what becomes of each event, for tests and tools. Default: nobody. */
  readonly listener?: OutcomeListener
  /** A transport to use instead of one of its own; it is not closed with the subscriber. */
  readonly transport?: Transport
}

/** A subscriber receives events for one group and hands them to their handlers. */
export interface Subscriber extends AsyncDisposable {
  readonly groupId: string
  /**
   * Joins the group; resolves once partitions are assigned.
   *
   * @throws SubscriberError `TOPICS_MISSING`, or `CLOSED` when it was started before; TransportError where no broker can
   * be reached or this user lacks a right.
   */
  start(): Promise<void>
  /** Rejects if the subscriber dies, resolves after `close()`. Await it: a dead subscriber is never silent. */
  readonly closed: Promise<void>
  health(): Health
  /** Figures for metrics. */
  stats(): SubscriberStats
  /**
   * Stops reading, lets handlers finish, commits, leaves the group; resolves within `closeTimeoutMs`, whatever happens.
   * Handlers that are not done in time are aborted and their events come again.
   */
  close(): Promise<void>
}

/**
 * Makes a subscriber. Nothing is received before `start()`.
 *
 * At least once; per key in order; different keys concurrently.
 *
 * @throws SubscriberError `SETTINGS_INVALID`, `HANDLED_TWICE`, `HANDLERS_INVALID`; CoreError `PACKAGES_INCOMPATIBLE`.
 */
export function createSubscriber<Extra = unknown>(options: SubscriberOptions<Extra>): Subscriber {
  // What `once` gives is what the handlers need: that is checked here, by the compiler, and nowhere else.
  return new GroupSubscriber(options as unknown as SubscriberOptions)
}

type State = 'new' | 'running' | 'closing' | 'closed' | 'dead'

class GroupSubscriber implements Subscriber {
  readonly closed: Promise<void>
  readonly #options: SubscriberOptions
  readonly #settings: CompleteSettings
  readonly #routes: Routes
  readonly #logger: Logger
  readonly #statistics = new Statistics()
  readonly #end = Promise.withResolvers<void>()
  #state: State = 'new'
  #death: Error | undefined
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #engine: Engine | undefined
  #release: (() => Promise<void>) | undefined

  constructor(options: SubscriberOptions) {
    this.#options = options
    this.#settings = completeSettings(options)
    checkOnce(options.once)
    this.#routes = createRoutes(options.on, this.#settings)
    if (this.#routes.size === 0) {
      throw new SubscriberError(
        'SETTINGS_INVALID',
        '`on` has no handler: a subscriber handles at least one event type.',
      )
    }
    this.#logger = options.logger ?? silentLogger
    this.closed = this.#end.promise
  }

  get groupId(): string {
    return this.#settings.groupId
  }

  start(): Promise<void> {
    if (this.#state !== 'new' || this.#starting !== undefined) {
      return Promise.reject(new SubscriberError('CLOSED', 'A subscriber is started once; make another one.'))
    }
    this.#starting = this.#start()
    return this.#starting
  }

  async #start(): Promise<void> {
    try {
      const { transport, release } = await connect(this.#options)
      this.#release = release
      const topics = await this.#topics(transport)
      if (this.#state !== 'new') throw closedMeanwhile()
      this.#engine = this.#createEngine(transport, topics)
      await this.#engine.start()
      if (this.#state === 'new') this.#state = 'running'
    } catch (error) {
      if (this.#state === 'new') this.#state = 'closed'
      await this.#engine?.abort(this.#settings.closeTimeoutMs)
      await this.#letGo()
      throw error
    }
    if (this.#state !== 'running') throw this.#death ?? closedMeanwhile()
  }

  health(): Health {
    if (this.#engine !== undefined && this.#state === 'running') return healthOf({ ...this.#engine })
    const reason = (code: HealthReason['code'], message: string): Health => ({
      status: 'down',
      reasons: [{ code, message }],
    })
    if (this.#death !== undefined) return reason('DIED', `The subscriber has died: ${this.#death.message}`)
    if (this.#state === 'new') return reason('NOT_STARTED', 'The subscriber has no assignment yet.')
    return reason('CLOSED', 'The subscriber is closed.')
  }

  stats(): SubscriberStats {
    if (this.#engine !== undefined) return statsOf(this.#engine)
    const processing = { count: 0, sumMs: 0, boundsMs: PROCESSING_BOUNDS_MS, buckets: [] }
    return {
      ...this.#statistics.counters(),
      inFlight: 0,
      held: 0,
      settingAside: 0,
      overdue: 0,
      processing,
      partitions: [],
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    if (this.#state === 'new' || this.#state === 'running') {
      this.#state = 'closing'
      await this.#engine?.close(this.#settings.closeTimeoutMs)
      await this.#letGo()
      this.#state = 'closed'
    }
    // Without effect where it has died: then it has been rejected.
    this.#end.resolve()
  }

  #createEngine(transport: Transport, topics: SubscriberTopics): Engine {
    return new Engine({
      transport,
      topics,
      routes: this.#routes,
      announce: (instance) => announcementOf(this.#options.on, this.#routes, instance),
      settings: this.#settings,
      statistics: this.#statistics,
      logger: this.#logger,
      once: this.#options.once,
      clock: this.#options.clock ?? systemClock,
      listener: this.#options.listener,
      die: (error) => void this.#die(error),
    })
  }

  async #die(error: Error): Promise<void> {
    const { groupId } = this
    this.#logger.error({ groupId, err: error }, 'The subscriber has died')
    const wasRunning = this.#state === 'running'
    this.#state = 'dead'
    this.#death = error
    await this.#engine?.abort(this.#settings.closeTimeoutMs)
    await this.#letGo()
    // Before start() has resolved it is start() that rejects.
    if (wasRunning) this.#end.reject(error)
  }

  async #letGo(): Promise<void> {
    const release = this.#release
    this.#release = undefined
    try {
      await release?.()
    } catch (error) {
      this.#logger.warn({ groupId: this.groupId, err: error }, 'The transport did not close well')
    }
  }

  #topics(transport: Transport): Promise<SubscriberTopics> {
    const { groupId, deadLetters: dead } = this.#settings
    const handled = this.#options.on.filter(({ entries }) => entries.length > 0)
    const domains = [...new Set(handled.map(({ domain }) => domain))]
    return findTopics(transport, { groupId, domains, inbox: dead || hasLater(this.#routes), dead })
  }
}

function closedMeanwhile(): SubscriberError {
  return new SubscriberError('CLOSED', 'The subscriber was closed while it started.')
}
