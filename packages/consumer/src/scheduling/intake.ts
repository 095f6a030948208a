import {
  type DeliveryNote,
  decodeEnvelope,
  type Envelope,
  type FetchedBatch,
  type FetchedMessage,
  type Logger,
  type TopicPartition,
} from '@house-helper/events-core'
import type { Route } from '../route.ts'
import { openDelivery } from '../setting-aside/inbox.ts'
import type { Statistics } from '../statistics.ts'
import { type KeyLanes, laneKey } from './key-lane.ts'
import type { PartitionWindow } from './partition-window.ts'
import { PendingEvent } from './pending-event.ts'
import type { RouteLookup } from './route-lookup.ts'
import type { Scheduler } from './scheduler.ts'
import { Slice } from './slice.ts'

/** How long a batch may be held back for want of room before its partition is paused, in milliseconds. */
const HOLD_MS = 100
/** Events taken in before those that can run are started; what runs at once leaves room for the next. */
const STRIDE = 128
/** How long events are taken in before the event loop gets its turn, in milliseconds. */
const SLICE_MS = 5
/** Warnings about unreadable messages within a second; the rest is only counted. */
const WARNINGS_A_SECOND = 10

/** What the intake needs. */
export interface IntakeOptions {
  /** The group's inbox topic, where deliveries come from; undefined where there is none. */
  readonly inbox: string | undefined
  readonly routeOf: RouteLookup
  readonly lanes: KeyLanes
  readonly scheduler: Scheduler
  /** Events of one partition that are not done, at most. */
  readonly maxPending: number
  readonly pause: (partition: TopicPartition) => void
  readonly resume: (partition: TopicPartition) => void
  readonly statistics: Statistics
  readonly logger: Logger
}

/** The intake reads batches: what has a handler here goes to its key lane, the rest passes. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #slice = new Slice(SLICE_MS)
  #warnedMs = 0
  #warnings = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Takes in a batch, a slice at a time, and returns the offset to read next. A batch without room waits a little, then is left. */
  take(window: PartitionWindow, batch: FetchedBatch): number | Promise<number> {
    window.high = batch.highWatermark
    window.readMs = performance.now()
    const taken = this.#fill(window, batch.messages, 0)
    if (taken === batch.messages.length) return nextOf(window, batch)
    return this.#hold(window, batch, taken)
  }

  /** An event of this partition is done: a batch that is held goes on soon, a paused partition with half of the window free. */
  freed(window: PartitionWindow): void {
    const { maxPending, resume } = this.#options
    const { pending } = window.watermark
    // A full window has events of more keys to handle at a time than one that empties first.
    if (window.onRoom !== undefined && pending <= Math.max(maxPending / 2, maxPending - STRIDE)) window.onRoom()
    if (!window.paused || pending > maxPending / 2) return
    window.paused = false
    resume(window)
  }

  /** The partition is not ours any more. It may come back, and then nobody would know that it was paused. */
  left(window: PartitionWindow): void {
    if (window.paused) this.#options.resume(window)
    window.paused = false
  }

  /**
   * Takes in messages from an index while there is room and time and the partition is ours; returns the index of the
   * first that is left.
   */
  #fill(window: PartitionWindow, messages: readonly FetchedMessage[], from: number): number {
    const { scheduler, maxPending } = this.#options
    const { watermark } = window
    let index = from
    while (index < messages.length && !window.dropped && !this.#slice.isOver()) {
      const end = Math.min(index + STRIDE, messages.length)
      for (; index < end && watermark.pending < maxPending; index++)
        this.#read(window, messages[index] as FetchedMessage)
      scheduler.dispatch()
      if (watermark.pending >= maxPending) break
    }
    return index
  }

  async #hold(window: PartitionWindow, batch: FetchedBatch, from: number): Promise<number> {
    const untilMs = performance.now() + HOLD_MS
    const { maxPending } = this.#options
    let index = from
    while (index < batch.messages.length && !window.dropped) {
      if (window.watermark.pending < maxPending) await this.#slice.next()
      else if (!(await hasRoom(window, untilMs - performance.now()))) {
        this.#pause(window)
        break
      }
      index = this.#fill(window, batch.messages, index)
    }
    return nextOf(window, batch)
  }

  #pause(window: PartitionWindow): void {
    if (window.dropped || window.watermark.pending <= this.#options.maxPending / 2) return
    window.paused = true
    this.#options.pause(window)
  }

  #read(window: PartitionWindow, message: FetchedMessage): void {
    const { statistics, inbox } = this.#options
    const { offset } = message
    const { watermark, inherited } = window
    if (watermark.next !== undefined && offset < watermark.next) return
    watermark.readTo(offset + 1)
    statistics.received += 1
    if (inherited.wasDone(offset)) {
      statistics.skipped += 1
      return
    }
    if (window.topic !== inbox) {
      this.#route(window, message)
      return
    }
    const opened = openDelivery(message, window.groupId)
    if (opened.ok) this.#route(window, opened.message, opened.note)
    else this.#misaddressed(window, offset, opened.reason)
  }

  #route(window: PartitionWindow, message: FetchedMessage, note?: DeliveryNote): void {
    const { statistics, routeOf } = this.#options
    const decoded = decodeEnvelope(message.value)
    const route = decoded.readable ? routeOf(decoded.envelope.type) : undefined
    if (!decoded.readable) this.#unreadable(window, message.offset, decoded.reason)
    else if (route === undefined) statistics.unhandled += 1
    else if (note?.replayRunId !== undefined && route.onReplay === 'skip') statistics.replaysSkipped += 1
    else this.#queue(window, message, decoded.envelope, route, note)
  }

  #queue(
    window: PartitionWindow,
    message: FetchedMessage,
    envelope: Envelope,
    route: Route,
    note?: DeliveryNote,
  ): void {
    const { lanes, scheduler } = this.#options
    const lane = lanes.of(window.topic).lane(laneKey(message, envelope, route))
    const event = new PendingEvent(window, lane, route, message, envelope, note)
    const tried = window.inherited.triedAt(message.offset)
    if (tried !== undefined) {
      event.attempts = tried.attempts
      event.deaths = tried.deaths ?? []
    }
    window.watermark.add(event)
    scheduler.push(event)
  }

  #unreadable(window: PartitionWindow, offset: number, reason: string): void {
    this.#options.statistics.unreadable += 1
    this.#warn(window, offset, reason, 'A message has no readable envelope and passes; the event log has it')
  }

  #misaddressed(window: PartitionWindow, offset: number, reason: string): void {
    this.#options.statistics.misaddressed += 1
    this.#warn(window, offset, reason, 'A message of the inbox is no delivery for this group and passes')
  }

  #warn({ topic, partition, groupId }: PartitionWindow, offset: number, reason: string, message: string): void {
    const nowMs = performance.now()
    if (nowMs - this.#warnedMs >= 1000) {
      this.#warnedMs = nowMs
      this.#warnings = 0
    }
    this.#warnings += 1
    if (this.#warnings <= WARNINGS_A_SECOND) {
      this.#options.logger.warn({ topic, partition, offset, groupId, reason }, message)
    }
  }
}

/** Waits until the window has room again; false when the time is over first. */
function hasRoom(window: PartitionWindow, timeoutMs: number): Promise<boolean> {
  if (timeoutMs <= 0) return Promise.resolve(false)
  return new Promise((resolve) => {
    const settle = (room: boolean): void => {
      clearTimeout(timer)
      window.onRoom = undefined
      resolve(room)
    }
    const timer = setTimeout(settle, timeoutMs, false)
    window.onRoom = () => settle(true)
  })
}

function nextOf(window: PartitionWindow, batch: FetchedBatch): number {
  return window.watermark.next ?? batch.messages[0]?.offset ?? 0
}
