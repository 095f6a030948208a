import { type Clock, type Logger, type Transport, within } from '@house-helper/events-core'
import { Deadlines } from './attempt/deadlines.ts'
import { Batches } from './batch/batches.ts'
import { SubscriberError } from './errors.ts'
import { Assignment } from './membership/assignment.ts'
import { Instance } from './membership/instance.ts'
import { LagMeter } from './membership/lag.ts'
import { LogChanges } from './membership/log-changes.ts'
import { Membership } from './membership/membership.ts'
import { createPresence } from './membership/presence.ts'
import { TopicIdentities } from './membership/topic-identities.ts'
import { Watchdog } from './membership/watchdog.ts'
import type { HeldEvents } from './middleware/give-up.ts'
import type { Handler } from './middleware/handler.ts'
import type { Once } from './once.ts'
import { handlingOf, type OutcomeListener } from './outcome-listener.ts'
import { createPipeline } from './pipeline.ts'
import { Committer } from './progress/committer.ts'
import type { Routes } from './route.ts'
import { Intake } from './scheduling/intake.ts'
import { KeyLanes } from './scheduling/key-lane.ts'
import type { PendingEvent, Run } from './scheduling/pending-event.ts'
import { createRouteLookup } from './scheduling/route-lookup.ts'
import { Scheduler } from './scheduling/scheduler.ts'
import { GivingUp } from './setting-aside/giving-up.ts'
import type { SubscriberTopics } from './setting-aside/group-topics.ts'
import type { CompleteSettings } from './settings.ts'
import type { Statistics } from './statistics.ts'

/** What an engine needs. */
export interface EngineOptions {
  readonly transport: Transport
  readonly topics: SubscriberTopics
  readonly routes: Routes
  /** The announcement under the name of an instance. */
  readonly announce: (instance: string) => Uint8Array
  readonly settings: CompleteSettings
  readonly statistics: Statistics
  readonly logger: Logger
  readonly once: Once | undefined
  readonly clock: Clock
  readonly listener: OutcomeListener | undefined
  /** Called once when the engine cannot go on. */
  readonly die: (error: Error) => void
}

/** The engine is the working parts of one subscriber, connected. */
export class Engine {
  readonly statistics: Statistics
  readonly scheduler: Scheduler
  readonly deadlines: Deadlines
  readonly held: HeldEvents = new Map()
  readonly givingUp: GivingUp
  readonly committer: Committer
  readonly assignment: Assignment
  readonly lag: LagMeter
  readonly changes: LogChanges
  readonly #options: EngineOptions
  readonly #intake: Intake
  readonly #identities: TopicIdentities
  readonly #watchdog: Watchdog
  readonly #instance: Instance
  readonly #membership: Membership
  readonly #batches: Batches
  readonly #pipeline: Handler
  #closing = false

  constructor(options: EngineOptions) {
    this.#options = options
    const { groupId, sessionTimeoutMs } = options.settings
    this.#instance = new Instance({ groupId, sessionTimeoutMs, announce: options.announce, logger: options.logger })
    this.statistics = options.statistics
    this.#membership = this.#createMembership()
    this.deadlines = new Deadlines((attempt) => this.#expired(attempt))
    const { statistics, logger, once, clock } = options
    this.#batches = new Batches({ clock, deadlines: this.deadlines, statistics, logger, once })
    this.changes = new LogChanges({ groupId, logger })
    this.#identities = new TopicIdentities({ transport: options.transport, topics: options.topics.received })
    this.scheduler = this.#createScheduler()
    this.givingUp = this.#createGivingUp()
    this.committer = this.#createCommitter()
    this.#intake = this.#createIntake()
    this.assignment = this.#createAssignment()
    this.lag = this.#createLagMeter()
    this.#watchdog = this.#createWatchdog()
    this.#pipeline = this.#createPipeline()
  }

  /** Joins the group; resolves with the first assignment. */
  async start(): Promise<void> {
    this.#instance.start()
    await this.#membership.start()
    await this.lag.measure()
    if (this.#closing) return
    this.committer.start()
    this.#watchdog.start()
  }

  /** Lets handlers finish, commits, leaves the group. Resolves within the time, whatever happens. */
  async close(timeoutMs: number): Promise<void> {
    const untilMs = performance.now() + timeoutMs
    this.#halt()
    this.#membership.pause([...this.assignment.windows.values()])
    // What is done by now is safe even if nothing after this can be committed in time.
    void this.committer.flush()
    if (!(await within(this.scheduler.idle(), timeoutMs * 0.75))) this.#abandon()
    // What the last handlers failed at is on its way; what cannot be written now comes again.
    await within(this.givingUp.settled(), (untilMs - performance.now()) / 4)
    this.committer.clean = true
    await within(this.committer.flush(), (untilMs - performance.now()) / 2)
    await this.#leave(Math.max(1, untilMs - performance.now()))
  }

  /** Stops at once, without a commit. */
  async abort(timeoutMs: number): Promise<void> {
    this.#halt()
    await this.#leave(timeoutMs)
  }

  #halt(): void {
    this.#closing = true
    this.scheduler.stop('closing')
    this.#watchdog.stop()
    this.committer.stop()
    this.#instance.stop()
  }

  async #leave(timeoutMs: number): Promise<void> {
    this.assignment.close()
    this.deadlines.close()
    this.givingUp.close()
    await this.#membership.leave(timeoutMs)
  }

  #abandon(): void {
    this.#options.logger.warn(
      { groupId: this.#options.settings.groupId, handlers: this.scheduler.running },
      'Handlers are still running at the end of the closing time; they are aborted and their events come again',
    )
    this.assignment.interrupt(new SubscriberError('CLOSING', 'The subscriber closes and its time is over.'))
  }

  #createMembership(): Membership {
    const { transport, topics, settings, logger } = this.#options
    const { groupId, sessionTimeoutMs } = settings
    const { announcement } = this.#instance
    return new Membership({
      transport,
      receiving: { groupId, topics: topics.received, sessionTimeoutMs, announcement },
      assignment: () => this.assignment,
      logger,
      isClosing: () => this.#closing,
      fatal: (error) => this.#die(error),
    })
  }

  #createScheduler(): Scheduler {
    return new Scheduler({
      concurrency: this.#options.settings.concurrency,
      handle: (event) => this.#pipeline(event),
      gather: () => this.#batches.gather(),
      clock: this.#options.clock,
      done: (event) => this.#done(event),
      defect: (error) => this.#die(error),
    })
  }

  #done(event: PendingEvent): void {
    const { window, setAside, repeat } = event
    if (repeat) this.statistics.repeated += 1
    else if (!setAside) this.statistics.handled += 1
    if (!setAside) this.#options.listener?.handled(handlingOf(event), repeat)
    this.#intake.freed(window)
  }

  #createCommitter(): Committer {
    return new Committer({
      windows: () => this.assignment.windows.values(),
      commit: (positions) => this.#membership.commit(positions),
      intervalMs: this.#options.settings.commitIntervalMs,
      instance: () => this.#instance.name,
      statistics: this.statistics,
      logger: this.#options.logger,
    })
  }

  #createIntake(): Intake {
    return new Intake({
      inbox: this.#options.topics.inbox?.name,
      routeOf: createRouteLookup(this.#options.routes),
      lanes: new KeyLanes(),
      scheduler: this.scheduler,
      maxPending: this.#options.settings.maxPending,
      pause: (partition) => this.#membership.pause([partition]),
      resume: (partition) => this.#membership.resume([partition]),
      statistics: this.statistics,
      logger: this.#options.logger,
    })
  }

  #createAssignment(): Assignment {
    return new Assignment({
      groupId: this.#options.settings.groupId,
      scheduler: this.scheduler,
      committer: this.committer,
      intake: this.#intake,
      identities: this.#identities,
      changes: this.changes,
      statistics: this.statistics,
      logger: this.#options.logger,
      instance: () => this.#instance.name,
      lost: () => this.#instance.lost(),
      fatal: (error) => this.#die(error),
    })
  }

  #createGivingUp(): GivingUp {
    const { transport, topics, clock, logger } = this.#options
    const { scheduler, held, statistics } = this
    const { inbox, dead } = topics
    return new GivingUp({ transport, inbox, dead, scheduler, clock, held, statistics, logger })
  }

  #createLagMeter(): LagMeter {
    const { transport, topics } = this.#options
    return new LagMeter({
      transport,
      topics: topics.received,
      windows: () => this.assignment.windows,
      identities: this.#identities,
    })
  }

  #createPipeline(): Handler {
    const { scheduler, committer, deadlines, statistics } = this
    const { strategy } = this.givingUp
    const { logger, once, clock, listener, transport, settings } = this.#options
    const batches = this.#batches
    const wait = scheduler.wait.bind(scheduler)
    const present = createPresence({ transport, groupId: settings.groupId, wait, logger })
    const guards = { committer, deadlines, once, batches, present }
    return createPipeline({ scheduler, clock, listener, statistics, logger, strategy, ...guards })
  }

  #createWatchdog(): Watchdog {
    return new Watchdog({
      transport: this.#options.transport,
      assignment: this.assignment,
      lag: this.lag,
      statistics: this.statistics,
      stallTimeoutMs: this.#options.settings.stallTimeoutMs,
      restart: (reason) => this.#membership.restart(reason),
      rebuild: (reason) => this.#membership.rebuild(reason),
      die: (error) => this.#die(error),
    })
  }

  #expired(attempt: Run): void {
    const failure = attempt.expire()
    this.statistics.timedOut += 1
    this.#options.logger.warn({ ...attempt.event.place(), err: failure }, 'A handler was not done at its deadline')
    this.scheduler.expired(attempt.event)
  }

  #die(error: Error): void {
    if (this.#closing) return
    this.#closing = true
    this.#options.die(error)
  }
}
