import type { Run } from '../scheduling/pending-event.ts'

const TICK_MS = 50

/** The deadlines of all running attempts on one timer, which runs only while there are any; at most 50 ms late. */
export class Deadlines {
  readonly #watched = new Set<Run>()
  readonly #overdue = new Set<Run>()
  readonly #expired: (attempt: Run) => void
  #timer: NodeJS.Timeout | undefined

  constructor(expired: (attempt: Run) => void) {
    this.#expired = expired
  }

  /** Attempts that were not done at their deadline and have not ended since. */
  get overdue(): ReadonlySet<Run> {
    return this.#overdue
  }

  watch(attempt: Run): void {
    this.#watched.add(attempt)
    this.#timer ??= setTimeout(this.#tick, TICK_MS)
  }

  ended(attempt: Run): void {
    this.#watched.delete(attempt)
    this.#overdue.delete(attempt)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#watched.clear()
  }

  readonly #tick = (): void => {
    const nowMs = performance.now()
    for (const attempt of this.#watched) {
      if (attempt.deadlineMs > nowMs) continue
      this.#watched.delete(attempt)
      this.#overdue.add(attempt)
      this.#expired(attempt)
    }
    this.#timer = this.#watched.size === 0 ? undefined : setTimeout(this.#tick, TICK_MS)
  }
}
