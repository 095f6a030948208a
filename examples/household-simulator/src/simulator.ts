import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PublisherOptions } from '@house-helper/tasks'
import { createFlight, type Flight, type FlightStats } from './flight.ts'
import { householdEvents } from './household-events.ts'
import { createPace } from './pace.ts'
import { createPublishers, type Publishers } from './publishers.ts'
import type { SimulatedEvent } from './simulated-event.ts'

/** How a simulator is made. */
export interface HouseholdSimulatorOptions {
  /** A transport to publish through; it is not closed with the simulator. Default: one as the environment says. */
  readonly transport?: NonNullable<PublisherOptions['transport']>
  /** How many households there are. Default 50. */
  readonly households?: number
  /** Events a second over all domains. Default 20. */
  readonly ratePerSecond?: number
  /** Determines who does what, ids included: a seed used twice repeats events. Default: a new one. */
  readonly seed?: number
  /** Events published and not yet confirmed, at most; then the simulator waits. Default 1,000. */
  readonly maxInFlight?: number
  /** How long `close()` waits for what is in flight, in milliseconds. Default 8,000. */
  readonly closeTimeoutMs?: number
  /** Closes the simulator when it aborts. */
  readonly signal?: AbortSignal
}

/** Figures of a simulator. */
export interface SimulatorStats extends FlightStats {
  readonly seed: number
}

/** A household simulator publishes what goes on in households, at a steady rate, until it is closed. */
export interface HouseholdSimulator extends AsyncDisposable {
  /** Begins to publish. Connects with the first event. */
  start(): void
  /** Resolves after `close()`; rejects if an event cannot be published. Await it. */
  readonly closed: Promise<void>
  stats(): SimulatorStats
  /**
   * Publishes no more, waits for what is in flight, closes the publishers. Rejects if an event could not be published
   * within `closeTimeoutMs`.
   */
  close(): Promise<void>
}

/**
 * Creates a household simulator. Its events have the times at which they are published; days pass as fast as the rate
 * lets them.
 */
export function createHouseholdSimulator(options: HouseholdSimulatorOptions = {}): HouseholdSimulator {
  return new PacedSimulator(options)
}

class PacedSimulator implements HouseholdSimulator {
  readonly closed: Promise<void>
  readonly #ratePerSecond: number
  readonly #seed: number
  readonly #closeTimeoutMs: number
  readonly #flight: Flight
  readonly #publishers: Publishers
  readonly #events: Iterator<SimulatedEvent, never>
  readonly #stopping = new AbortController()
  readonly #end = Promise.withResolvers<void>()
  #running: Promise<void> | undefined

  constructor(options: HouseholdSimulatorOptions) {
    const {
      ratePerSecond = 20,
      seed = randomInt(2 ** 47),
      maxInFlight = 1_000,
      households = 50,
      transport,
      signal,
    } = options
    this.#ratePerSecond = ratePerSecond
    this.#seed = seed
    this.#flight = createFlight(maxInFlight, this.#stopping.signal)
    this.#closeTimeoutMs = options.closeTimeoutMs ?? 8_000
    this.#publishers = createPublishers(transport === undefined ? {} : { transport })
    this.#events = householdEvents(seed, { households, nowMs: Date.now })
    this.closed = this.#end.promise
    // Whoever aborts hears of a failure through `closed`, which `close` settles.
    const stop = (): void => void this.close().catch(this.#end.reject)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  }

  start(): void {
    this.#running ??= this.#run()
    this.#running.catch(this.#end.reject)
  }

  stats(): SimulatorStats {
    return { seed: this.#seed, ...this.#flight.stats() }
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    this.#running ??= this.#run()
    await this.#running
    this.#end.resolve()
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    try {
      await this.#publishSteadily(this.#stopping.signal)
    } finally {
      await this.#publishers.close(this.#closeTimeoutMs)
    }
    await this.#flight.landed()
  }

  async #publishSteadily(signal: AbortSignal): Promise<void> {
    const pace = createPace(this.#ratePerSecond, () => performance.now())
    while (!signal.aborted) {
      for (let due = pace.take(); due > 0; due--) {
        await this.#flight.room()
        if (signal.aborted) return
        this.#publishNext()
      }
      await pause(pace.untilNextMs(), signal)
    }
  }

  #publishNext(): void {
    const event = this.#events.next().value
    this.#flight.add(event.domain, this.#publishers.publish(event), (error) => {
      this.#end.reject(error)
      this.#stopping.abort()
    })
  }
}

/** Waits; returns early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
