/** A clock says what time it is and calls back after a while; a test makes time pass with one of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, `delayMs` milliseconds from now; returns what cancels that. */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
