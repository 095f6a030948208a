/** The upper bounds of the processing time's buckets, in milliseconds. */
export const PROCESSING_BOUNDS_MS: readonly number[] = [
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
]

/** How long attempts took. */
export interface ProcessingTime {
  readonly count: number
  readonly sumMs: number
  readonly boundsMs: readonly number[]
  /** How many took at most `boundsMs[i]` and longer than the bound before; the last one counts the longer ones. */
  readonly buckets: readonly number[]
}

/** What a subscriber has counted since it was made. */
export interface Counters {
  /** Messages read from domain topics and the inbox. */
  readonly received: number
  /** Events whose handler succeeded. */
  readonly handled: number
  /** Attempts that failed. */
  readonly failed: number
  /** Attempts that were followed by another one. */
  readonly retried: number
  /** Attempts that were not done at their deadline. */
  readonly timedOut: number
  /** Events that will not be tried again. */
  readonly givenUp: number
  /** Those of them that are acknowledged dead letters. */
  readonly deadLettered: number
  /** Events written to the inbox, to be tried again later. */
  readonly postponed: number
  /** Events of types that have no handler here. */
  readonly unhandled: number
  /** Messages without a readable envelope. */
  readonly unreadable: number
  /** Messages of the inbox that are no delivery for this group. */
  readonly misaddressed: number
  /** Replayed events whose handler skips replays. */
  readonly replaysSkipped: number
  /** Events that the member before this one had done above its watermark. */
  readonly skipped: number
  /** Events whose effects were there already, as their receipts say. */
  readonly repeated: number
  readonly commits: number
  readonly commitFailures: number
  /** Offsets that were removed from their topic before this group had handled them. */
  readonly removed: number
  /** Receivers replaced by the watchdog. */
  readonly rebuilds: number
}

/** Counts what happens. */
export class Statistics implements Counters {
  received = 0
  handled = 0
  failed = 0
  retried = 0
  timedOut = 0
  givenUp = 0
  deadLettered = 0
  postponed = 0
  unhandled = 0
  unreadable = 0
  misaddressed = 0
  replaysSkipped = 0
  skipped = 0
  repeated = 0
  commits = 0
  commitFailures = 0
  removed = 0
  rebuilds = 0
  #count = 0
  #sumMs = 0
  readonly #buckets: number[] = new Array(PROCESSING_BOUNDS_MS.length + 1).fill(0)

  /** Counts how long an attempt took. */
  measure(durationMs: number): void {
    this.#count += 1
    this.#sumMs += durationMs
    let bucket = 0
    for (const boundMs of PROCESSING_BOUNDS_MS) {
      if (durationMs <= boundMs) break
      bucket += 1
    }
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
  }

  /** The processing time so far. */
  processing(): ProcessingTime {
    return { count: this.#count, sumMs: this.#sumMs, boundsMs: PROCESSING_BOUNDS_MS, buckets: [...this.#buckets] }
  }

  /** Rises with everything that is read and done with, whatever became of it. */
  get progress(): number {
    const { handled, deadLettered, postponed, unhandled, unreadable, misaddressed, replaysSkipped } = this
    return handled + deadLettered + postponed + unhandled + unreadable + misaddressed + replaysSkipped
  }

  /** The counters so far. */
  counters(): Counters {
    const { received, handled, failed, retried, timedOut, givenUp, unhandled } = this
    const { deadLettered, postponed, unreadable, misaddressed, replaysSkipped } = this
    const { skipped, repeated, commits, commitFailures, removed, rebuilds } = this
    return {
      received,
      handled,
      failed,
      retried,
      timedOut,
      givenUp,
      deadLettered,
      postponed,
      unhandled,
      unreadable,
      misaddressed,
      replaysSkipped,
      skipped,
      repeated,
      commits,
      commitFailures,
      removed,
      rebuilds,
    }
  }
}
