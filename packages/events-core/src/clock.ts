/** A clock says what time it is and calls back after a while; a test makes time pass with one of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, as soon as `now()` is at least `delayMs` milliseconds on; returns what cancels that. */
  after(delayMs: number, callback: () => void): () => void
}

/** The longest that a timer can wait, in milliseconds: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The machine's own clock. Waits 24 days at most. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    // Node counts both ends of a timer in whole milliseconds, so that it can end up to one too early.
    const timer = setTimeout(callback, Math.min(delayMs + 1, MAX_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
