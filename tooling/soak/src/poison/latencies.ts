/** How long events took from when they were due to be published until they were handled. */
export interface Latencies {
  /** An event is due now or was a moment ago, by the clock of `performance.now()`. */
  due(eventId: string, dueMs: number): void
  handled(eventId: string): void
  /** The time that so large a part of some events took at most, in milliseconds; one that still waits takes until now. */
  quantile(part: number, ofEvent: (eventId: string) => boolean): number
}

/** Makes an empty book of times. */
export function createLatencies(): Latencies {
  const due = new Map<string, number>()
  const done = new Map<string, number>()
  return {
    due: (id, dueMs) => void due.set(id, dueMs),
    handled: (id) => {
      // A repeat is no second handling.
      if (!done.has(id)) done.set(id, performance.now())
    },
    quantile(part, ofEvent) {
      const nowMs = performance.now()
      const times = [...due].filter(([id]) => ofEvent(id)).map(([id, dueMs]) => (done.get(id) ?? nowMs) - dueMs)
      times.sort((a, b) => a - b)
      return Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0)
    },
  }
}
