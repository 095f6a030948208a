/** A pace says how much is due. */
export interface Pace {
  /** How many are due by now that were not taken. At most one second's worth: what was missed while away stays missed. */
  take(): number
  /** How long until the next one is due, in milliseconds. */
  untilNextMs(): number
}

/** Keeps a steady rate by a clock in milliseconds. */
export function createPace(ratePerSecond: number, nowMs: () => number): Pace {
  const intervalMs = 1_000 / ratePerSecond
  const mostAtOnce = Math.max(1, Math.ceil(ratePerSecond))
  let nextMs = nowMs()
  return {
    take: () => {
      const now = nowMs()
      if (now < nextMs) return 0
      const due = Math.floor((now - nextMs) / intervalMs) + 1
      nextMs = due > mostAtOnce ? now + intervalMs : nextMs + due * intervalMs
      return Math.min(due, mostAtOnce)
    },
    untilNextMs: () => Math.max(0, nextMs - nowMs()),
  }
}
