import { type Allowance, within } from '../deadline.ts'

/** One deadline that several checks share, however they follow one another. */
export interface DeadlineClock {
  /** Runs a check within what is left of the time. */
  run<Result>(what: string, check: (allowance: Allowance) => Promise<Result>): Promise<Result>
}

/** Starts a deadline. */
export function startDeadline(timeoutMs: number, nowMs: () => number = () => performance.now()): DeadlineClock {
  const endMs = nowMs() + timeoutMs
  // A check that begins too late still gets a moment, so that what it finds at once is not lost.
  return { run: (what, check) => within(Math.max(50, Math.ceil(endMs - nowMs())), what, check) }
}
