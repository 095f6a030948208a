import { type Clock, systemClock } from '@house-helper/events-core'
import { type Batch, isFirstTry } from '../batch/batch.ts'
import { SubscriberError } from '../errors.ts'
import type { Handler } from '../middleware/handler.ts'
import { Fifo } from './fifo.ts'
import type { KeyLane } from './key-lane.ts'
import type { PartitionWindow } from './partition-window.ts'
import type { PendingEvent } from './pending-event.ts'

/** Why nothing is started. */
export type Stop = 'unassigned' | 'rebalancing' | 'suspended' | 'closing'

/** What a scheduler needs. */
export interface SchedulerOptions {
  /** How many handlers run at a time, over all partitions. */
  readonly concurrency: number
  readonly handle: Handler
  /** Opens a batch that events join whose way ends at a batch handler; the returned function ends the gathering. */
  readonly gather: () => { readonly batch: Batch; readonly end: () => void }
  /** An event is done. Not called for a dropped one. */
  readonly done: (event: PendingEvent) => void
  /** The handler chain threw, which it never does. */
  readonly defect: (error: Error) => void
  /** By which events wait. Default: the system's. */
  readonly clock?: Clock
  /** How long events may be handled in one go before the event loop gets its turn, in milliseconds. Default 10. */
  readonly sliceMs?: number
}

/**
 * The scheduler gives slots to key lanes: partitions in turn, within a partition its lanes in turn, one event each.
 *
 * A handler that returns without a promise is done at once, on the same stack.
 */
export class Scheduler {
  readonly #options: Required<SchedulerOptions>
  readonly #round = new Fifo<PartitionWindow>()
  readonly #stops = new Set<Stop>()
  readonly #idle: (() => void)[] = []
  #running = 0
  #dispatching = false
  #slice: NodeJS.Immediate | undefined

  constructor(options: SchedulerOptions) {
    this.#options = { sliceMs: 10, clock: systemClock, ...options }
  }

  /** How many slots are taken. */
  get running(): number {
    return this.#running
  }

  /** Whether nothing is started for now. */
  get stopped(): boolean {
    return this.#stops.size > 0
  }

  /** Starts nothing until `go` for the same reason. */
  stop(reason: Stop): void {
    this.#stops.add(reason)
  }

  go(reason: Stop): void {
    this.#stops.delete(reason)
    this.dispatch()
  }

  /** Takes in an event at the end of its lane; it begins with the next dispatch. */
  push(event: PendingEvent): void {
    const { lane } = event
    const { idle } = lane
    lane.push(event)
    if (idle) this.#ready(lane, event.window)
    else if (lane.current !== undefined && !lane.current.hasSlot && !lane.current.batched) event.detach()
  }

  /** Gives out free slots. */
  dispatch(): void {
    if (this.#dispatching || this.stopped) return
    this.#dispatching = true
    const untilMs = performance.now() + this.#options.sliceMs
    while (this.#running < this.#options.concurrency && !this.stopped) {
      const lane = this.#nextLane()
      if (lane === undefined) break
      this.#run(lane)
      if (performance.now() >= untilMs) {
        // Handlers that never wait would keep heartbeats and everything else from running.
        this.#slice ??= setImmediate(() => {
          this.#slice = undefined
          this.dispatch()
        })
        break
      }
    }
    this.#dispatching = false
  }

  /** Resolves when no slot is taken. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Gives an event's slot to others, waits, and goes on when it has a slot again. Never settles for a dropped event. */
  wait(event: PendingEvent, delayMs: number): Promise<void> {
    event.detach()
    const slot = new Promise<void>((resolve) => {
      event.resume = resolve
      event.cancel = this.#options.clock.after(delayMs, () => {
        event.cancel = undefined
        this.#ready(event.lane, event.window)
        this.dispatch()
      })
    })
    this.release(event)
    return slot
  }

  /**
   * Gives an event's slot to others and keeps its key waiting until work that needs no slot is done, or, without any,
   * for as long as the event is not dropped. The work of a dropped event is of no interest, be it done or not.
   */
  park(event: PendingEvent, dropped: () => void, work?: Promise<void>): Promise<void> {
    event.detach()
    event.cancel = dropped
    this.release(event)
    return work ?? new Promise(() => {})
  }

  /** The deadline of a run has passed: its slot goes to others, and the next batch of its type may begin. */
  expired(event: PendingEvent): void {
    this.release(event)
    this.#nextBatch(event)
  }

  /** Gives an event's slot to others; its key goes on waiting. */
  release(event: PendingEvent): void {
    if (!event.hasSlot) return
    const { window } = event
    event.hasSlot = false
    window.running -= 1
    this.#running -= 1
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
    this.#join(window)
    this.dispatch()
  }

  /**
   * Drops a partition: its handlers are aborted, its other events forgotten.
   *
   * A lane whose handler still runs stays taken until the handler has ended, so that no two events of a key are ever
   * handled at the same time in this process, even if the partition comes back at once.
   */
  drop(window: PartitionWindow, reason: SubscriberError): void {
    window.dropped = true
    const lanes = new Set<KeyLane>()
    for (const event of window.watermark.items()) {
      event.dropped = true
      event.attempt?.interrupt(reason)
      event.cancel?.()
      if (event.lane.current !== event) continue
      if (!event.running) event.lane.current = undefined
      lanes.add(event.lane)
    }
    for (let lane = window.ready.shift(); lane !== undefined; lane = window.ready.shift()) lanes.add(lane)
    for (const { waiting } of window.batches.values()) for (const lane of waiting.splice(0)) lanes.add(lane)
    for (const lane of lanes) this.#goOn(lane)
    window.onRoom?.()
  }

  #run(lane: KeyLane): void {
    const { current } = lane
    const event = current ?? lane.take()
    if (event === undefined) return
    event.hasSlot = true
    event.window.running += 1
    this.#running += 1
    if (current !== undefined) {
      current.resume?.()
      current.resume = undefined
      return
    }
    if (event.route.batch === undefined || !isFirstTry(event)) this.#start(event)
    else this.#startBatch(event, event.route.batch.maxEvents)
  }

  #start(event: PendingEvent): void {
    try {
      const outcome = this.#options.handle(event)
      if (outcome === undefined) this.#finish(event)
      else outcome.then(() => this.#finish(event), this.#defect)
    } catch (error) {
      this.#defect(error)
    }
  }

  /** Starts what is waiting of the same type and partition together; all of them have the first one's slot. */
  #startBatch(leader: PendingEvent, maxEvents: number): void {
    const { window, route } = leader
    const { batch, end } = this.#options.gather()
    const lanes = [leader.lane]
    this.#start(leader)
    // Where the first one does not reach the handler now, the next dispatch begins a batch with another one.
    if (batch.size > 0) {
      for (let n = window.ready.length; n > 0 && batch.size < maxEvents; n--) {
        const lane = window.ready.shift() as KeyLane
        const next = lane.current === undefined ? lane.first : undefined
        if (next?.window === window && next.route === route && isFirstTry(next)) {
          lane.take()
          this.#start(next)
          lanes.push(lane)
        } else window.ready.push(lane)
      }
      for (const lane of lanes) batch.takeBehind(lane, maxEvents)
    }
    end()
    if (batch.size === 0) return
    window.batches.set(route, batch)
    // Not before each event is dealt with: what follows in their lanes belongs to the next batch.
    batch.run().then(() => setImmediate(() => this.#nextBatch(leader)), this.#defect)
  }

  /** Lets the next batch of a type begin, where this event's is the one that it waits for. */
  #nextBatch(leader: PendingEvent): void {
    const { window, route } = leader
    const batch = window.batches.get(route)
    if (batch?.leader !== leader) return
    window.batches.delete(route)
    for (const lane of batch.waiting.splice(0)) this.#ready(lane, window)
    this.dispatch()
  }

  readonly #defect = (error: unknown): void => {
    this.#options.defect(new SubscriberError('DEFECT', 'The handler chain threw.', { cause: error }))
  }

  #finish(event: PendingEvent): void {
    const { lane, window } = event
    event.attempt = undefined
    // Where it was dropped while it had no slot, the lane may have gone on.
    if (lane.current === event) lane.current = undefined
    if (!event.dropped) {
      window.watermark.remove(event)
      this.#options.done(event)
    }
    this.#goOn(lane)
    this.release(event)
    // Where the slot was given back before, at the handler's deadline, the lane is still to be started.
    this.dispatch()
  }

  /** Lets a lane that is free go on with its next event, after those that were in a batch and need no handler any more. */
  #goOn(lane: KeyLane): void {
    if (lane.current !== undefined || lane.settling) return
    lane.settling = true
    lane.prune()
    while (lane.current === undefined && lane.first?.verdict !== undefined) {
      const event = lane.take()
      if (event !== undefined) this.#start(event)
      lane.prune()
    }
    lane.settling = false
    if (lane.current === undefined && lane.first !== undefined) this.#ready(lane, lane.first.window)
  }

  #ready(lane: KeyLane, window: PartitionWindow): void {
    window.ready.push(lane)
    this.#join(window)
  }

  #join(window: PartitionWindow): void {
    if (window.inRound || window.ready.length === 0) return
    window.inRound = true
    this.#round.push(window)
  }

  #nextLane(): KeyLane | undefined {
    for (let window = this.#round.shift(); window !== undefined; window = this.#round.shift()) {
      window.inRound = false
      if (window.serial && window.running > 0) continue
      const lane = window.ready.shift()
      this.#join(window)
      if (lane !== undefined && !this.#waitsForBatch(lane)) return lane
    }
    return undefined
  }

  /** Lets a lane wait whose next event is for a batch while another one of the type is being handled. */
  #waitsForBatch(lane: KeyLane): boolean {
    const next = lane.current === undefined ? lane.first : undefined
    if (next?.route.batch === undefined) return false
    const batch = next.window.batches.get(next.route)
    if (batch === undefined || !isFirstTry(next)) return false
    batch.waiting.push(lane)
    return true
  }
}
