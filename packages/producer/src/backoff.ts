/** A backoff waits between attempts, longer each time, and can be cut short. */
export interface Backoff {
  /** Waits before attempt number `attempt` + 1, but not past `maxMs`. */
  wait(attempt: number, maxMs: number): Promise<void>
  /** Ends the wait that is under way, if there is one. */
  cut(): void
}

const BASE_MS = 50
// A broker that comes back is to be used at once, or events that were offered meanwhile stay queued for no reason.
const MOST_MS = 2000

/** Makes a backoff: 50 ms, doubled each time up to 2 s, less a random fifth, so that publishers don't return in step. */
export function createBackoff(random: () => number = Math.random): Backoff {
  let end: (() => void) | undefined
  return {
    wait(attempt, maxMs) {
      const fullMs = Math.min(BASE_MS * 2 ** (attempt - 1), MOST_MS)
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.max(Math.min(fullMs * (1 - random() / 5), maxMs), 0))
        end = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    cut() {
      end?.()
      end = undefined
    },
  }
}
