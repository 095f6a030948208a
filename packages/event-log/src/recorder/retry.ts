import { setTimeout as wait } from 'node:timers/promises'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

/**
 * Calls a function until it succeeds, waiting longer each time up to 5 s; every failure is reported with the attempt's
 * number, from 1. Rejects once the signal aborts, with the last failure or the signal's reason.
 */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  signal: AbortSignal,
  failed: (error: unknown, attempts: number) => void,
): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      failed(error, attempts)
      // Recorders that lost the same server don't come back at the same moment.
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)) * (0.75 + Math.random() / 2)
      await wait(waitMs, undefined, { signal })
    }
  }
}
