// Bound when it is loaded: a test may fake the global timers.
import { setImmediate } from 'node:timers'
import { type Clock, parseTimestamp } from '@house-helper/events-core'

/** How a test clock is made. */
export interface TestClockOptions {
  /** What it shows first: a Date, or RFC 3339 text. Default: the machine's time. */
  readonly now?: Date | string
}

/** The inside of a test clock, for the worlds that go by it. */
export const INSIDE: unique symbol = Symbol('inside')

/** A test clock stands still until a test makes time pass. */
export interface TestClock extends Clock {
  /**
   * Makes time pass: runs what is due on the way, each at its time, and lets the worlds that go by this clock come to
   * rest in between.
   *
   * @throws TestingError `NOT_IDLE` where a world does not come to rest; RangeError for a time that cannot pass.
   */
  advance(ms: number): Promise<void>
  readonly [INSIDE]: { readonly settling: Set<() => Promise<void>> }
}

interface Timer {
  readonly dueMs: number
  readonly callback: () => void
}

/** Makes a clock that stands still. Give it to a world as `clock` where the code under test is to go by it too. */
export function createTestClock({ now = new Date() }: TestClockOptions = {}): TestClock {
  let nowMs = instantOf(now)
  const timers = new Set<Timer>()
  const settling = new Set<() => Promise<void>>()

  function fire(timer: Timer): void {
    if (timers.delete(timer)) timer.callback()
  }

  function next(untilMs: number): Timer | undefined {
    const due = [...timers].filter(({ dueMs }) => dueMs <= untilMs)
    return due.toSorted((a, b) => a.dueMs - b.dueMs)[0]
  }

  async function settle(): Promise<void> {
    for (const each of settling) await each()
  }

  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback }
      timers.add(timer)
      // What is due at once needs no time to pass.
      if (delayMs <= 0) setImmediate(() => fire(timer))
      return () => timers.delete(timer)
    },
    async advance(ms) {
      if (!(Number.isFinite(ms) && ms >= 0)) throw new RangeError(`Time cannot pass by ${ms} ms; give 0 or more.`)
      const untilMs = nowMs + ms
      await settle()
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        nowMs = Math.max(nowMs, timer.dueMs)
        fire(timer)
        await settle()
      }
      nowMs = Math.max(nowMs, untilMs)
    },
    [INSIDE]: { settling },
  }
}

function instantOf(now: Date | string): number {
  const ms = typeof now === 'string' ? parseTimestamp(now) : now.getTime()
  if (ms !== undefined && !Number.isNaN(ms)) return ms
  throw new RangeError(`${String(now)} is no time: give a Date, or RFC 3339 text such as 2026-01-02T03:04:05Z.`)
}
