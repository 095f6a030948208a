import { type CommittedPosition, isHouseHelperError, type Logger } from '@house-helper/events-core'
import type { PartitionWindow } from '../scheduling/partition-window.ts'
import type { Statistics } from '../statistics.ts'
import { encodeProgress } from './commit-metadata.ts'

/** What a committer needs. */
export interface CommitterOptions {
  /** The partitions that this member owns. */
  readonly windows: () => Iterable<PartitionWindow>
  /** One attempt, valid in this generation only. */
  readonly commit: (positions: readonly CommittedPosition[]) => Promise<void>
  readonly intervalMs: number
  /** What this process is called in the group. */
  readonly instance: () => string
  readonly statistics: Statistics
  readonly logger: Logger
}

/**
 * The committer writes each partition's watermark and progress to the group: on a timer, when partitions are about to
 * move and at the end. One commit is in flight at a time, and it holds only what has changed.
 */
export class Committer {
  readonly #options: CommitterOptions
  #inFlight: Promise<void> | undefined
  #queued: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #failure: unknown
  /** The lease is uncertain: nothing is committed. */
  suspended = false
  /** What is committed from now on is a successor's starting point: attempts that run do not count. */
  clean = false

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Why the last commit failed, or undefined when it succeeded. */
  get failure(): unknown {
    return this.#failure
  }

  start(): void {
    this.#timer = setInterval(this.#tick, this.#options.intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Commits what is so now. Resolves also when that failed: the next one tries again. */
  flush(): Promise<void> {
    if (this.#inFlight === undefined) {
      this.#inFlight = this.#commit().finally(() => {
        this.#inFlight = undefined
      })
      return this.#inFlight
    }
    // The commit in flight may have been put together before what the caller wants to be in it.
    this.#queued ??= this.#inFlight.then(() => {
      this.#queued = undefined
      return this.flush()
    })
    return this.#queued
  }

  readonly #tick = (): void => {
    const nowMs = performance.now()
    for (const window of this.#options.windows()) {
      if (nowMs - window.sinceMs >= this.#options.intervalMs) window.outlived()
    }
    if (this.#inFlight === undefined) void this.flush()
  }

  async #commit(): Promise<void> {
    if (this.suspended) return
    const { commit, statistics, logger } = this.#options
    const changes = this.#changes()
    if (changes.length === 0) return
    try {
      await commit(changes.map(([, position]) => position))
    } catch (error) {
      // The partition has moved; its next owner goes on from the commit before.
      if (isHouseHelperError(error, 'NOT_OWNED')) return
      statistics.commitFailures += 1
      // While a broker is away each attempt fails, several times a second.
      if (this.#failure === undefined)
        logger.warn({ err: error }, 'A commit failed; it is tried again until it succeeds')
      this.#failure = error
      return
    }
    statistics.commits += 1
    if (this.#failure !== undefined) logger.info({}, 'Commits succeed again')
    this.#failure = undefined
    for (const [window, position] of changes) {
      window.committed = position
      if (!window.serial) window.guarded = false
    }
  }

  #changes(): (readonly [PartitionWindow, CommittedPosition])[] {
    const changes: (readonly [PartitionWindow, CommittedPosition])[] = []
    for (const window of this.#options.windows()) {
      const { topic, partition, committed } = window
      const offset = window.watermark.position
      if (offset === undefined) continue
      const metadata = encodeProgress(offset, window.progress(this.clean, this.#options.instance()))
      if (committed?.offset === offset && committed.metadata === metadata) continue
      changes.push([window, { topic, partition, offset, metadata }])
    }
    return changes
  }
}
