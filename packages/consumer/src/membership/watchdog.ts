import type { Transport } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { PartitionWindow } from '../scheduling/partition-window.ts'
import type { Statistics } from '../statistics.ts'
import type { Assignment } from './assignment.ts'
import type { LagMeter } from './lag.ts'

/** What a watchdog needs. */
export interface WatchdogOptions {
  readonly transport: Transport
  readonly assignment: Assignment
  readonly lag: LagMeter
  readonly statistics: Statistics
  readonly stallTimeoutMs: number
  /** Has the partitions of topics that were made again read from their first message. */
  readonly restart: (reason: string) => Promise<void>
  /** Replaces the receiver. */
  readonly rebuild: (reason: string) => Promise<void>
  readonly die: (error: Error) => void
}

/**
 * The watchdog looks for messages that wait and are not read although nothing says why, or a membership that does not
 * come back although brokers answer. It has the receiver replaced once, and ends the subscriber when that was no help.
 */
export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #behindMs = new WeakMap<PartitionWindow, number>()
  #timer: NodeJS.Timeout | undefined
  #checking = false
  #progressAtRebuild: number | undefined

  constructor(options: WatchdogOptions) {
    this.#options = options
  }

  start(): void {
    const intervalMs = Math.max(10, Math.min(5000, Math.floor(this.#options.stallTimeoutMs / 4)))
    this.#timer = setInterval(() => void this.#round(), intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #round(): Promise<void> {
    if (this.#checking) return
    this.#checking = true
    try {
      await this.#check()
    } catch (error) {
      this.#options.die(new SubscriberError('DEFECT', 'The watchdog failed.', { cause: error }))
    } finally {
      this.#checking = false
    }
  }

  async #check(): Promise<void> {
    const { lag, statistics, assignment, restart, rebuild, die } = this.#options
    const { progress } = statistics
    // Without an answer from the brokers nobody knows whether anything waits; health says that instead.
    if (!(await lag.measure())) return
    const remade = assignment.remadeTopics()
    if (remade.length > 0) return await restart(`${remade.join(', ')} was deleted and made again`)
    const stall = await this.#stall()
    if (stall === undefined) return
    if (this.#progressAtRebuild === progress) {
      die(new SubscriberError('STALLED', `The subscriber makes no progress, even with a new receiver: ${stall}.`))
      return
    }
    this.#progressAtRebuild = progress
    statistics.rebuilds += 1
    await rebuild(stall)
  }

  /** What stands still for too long, in words. */
  async #stall(): Promise<string | undefined> {
    const { assignment, stallTimeoutMs } = this.#options
    const nowMs = performance.now()
    const since = assignment.waitingSinceMs
    if (since !== undefined) return nowMs - since >= stallTimeoutMs ? 'no partitions were assigned' : undefined
    for (const window of assignment.windows.values()) {
      if (!this.#isBehind(window, nowMs)) continue
      if (await this.#hasMessage(window)) {
        return `${window.topic}/${window.partition} has messages from offset ${window.watermark.next ?? 'its beginning'} that are not read`
      }
    }
    return undefined
  }

  #isBehind(window: PartitionWindow, nowMs: number): boolean {
    const next = this.#options.lag.nextOf(window)
    // Paused or held back for want of room: that is no stall, whatever takes so long is named elsewhere.
    const waits = window.paused || window.onRoom !== undefined
    if (waits || next === undefined || window.high === undefined || window.high <= next) {
      this.#behindMs.delete(window)
      return false
    }
    const sinceMs = Math.max(this.#behindMs.get(window) ?? nowMs, window.readMs)
    this.#behindMs.set(window, sinceMs)
    return nowMs - sinceMs >= this.#options.stallTimeoutMs
  }

  /** Offsets at the end may be a transaction's markers, which no reader ever gets. */
  async #hasMessage(window: PartitionWindow): Promise<boolean> {
    const { transport, lag } = this.#options
    const { topic, partition } = window
    const offset = lag.nextOf(window) ?? 0
    try {
      return (await transport.read({ topic, partition, offset }, { maxBytes: 1, timeoutMs: 5000 })).length > 0
    } catch {
      // The brokers have gone meanwhile: not known is not stalled, and the next measurement says so.
      return false
    }
  }
}
