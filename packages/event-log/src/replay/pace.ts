import { setTimeout as wait } from 'node:timers/promises'

/** Keeps to a rate. */
export interface Pace {
  /** How many events are sent at a time. */
  readonly step: number
  /** Waits until so many more events may be sent; rejects where the signal aborts. */
  admit(count: number, signal: AbortSignal): Promise<void>
}

const STEPS_A_SECOND = 10
const MAX_STEP = 1_000
/** What was missed longer ago is not caught up on, so that a pause is not followed by a rush. */
const CATCH_UP_MS = 200

/** Makes a pace of so many events a second. */
export function createPace(perSecond: number): Pace {
  let dueMs = performance.now()
  return {
    step: Math.min(MAX_STEP, Math.max(1, Math.floor(perSecond / STEPS_A_SECOND))),
    async admit(count, signal) {
      const nowMs = performance.now()
      dueMs = Math.max(dueMs, nowMs - CATCH_UP_MS)
      const waitMs = dueMs - nowMs
      dueMs += (1_000 * count) / perSecond
      if (waitMs > 1) await wait(waitMs, undefined, { signal })
      else signal.throwIfAborted()
    },
  }
}

/** Measures events a second over the last seconds. */
export interface Speedometer {
  count(events: number): void
  perSecond(): number
}

const WINDOW_MS = 10_000
const SLOTS = 20

/** Makes a speedometer that begins now. */
export function createSpeedometer(): Speedometer {
  const slotMs = WINDOW_MS / SLOTS
  const slots: { atMs: number; events: number }[] = [{ atMs: performance.now(), events: 0 }]
  return {
    count(events) {
      const nowMs = performance.now()
      const last = slots.at(-1)
      if (last !== undefined && nowMs - last.atMs < slotMs) last.events += events
      else slots.push({ atMs: nowMs, events })
      while ((slots[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) slots.shift()
    },
    perSecond() {
      const nowMs = performance.now()
      const recent = slots.filter(({ atMs }) => atMs >= nowMs - WINDOW_MS)
      const [first] = recent
      if (first === undefined) return 0
      const events = recent.reduce((sum, slot) => sum + slot.events, 0)
      return (1_000 * events) / Math.max(slotMs, nowMs - first.atMs)
    },
  }
}
