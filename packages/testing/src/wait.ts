// Bound when they are loaded: a test may fake the global timers.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'

/** How long a test waits for something. */
export interface WaitOptions {
  /** Milliseconds of real time. Default 1,000. */
  readonly timeoutMs?: number
}

/** What a wait lasts where nothing else is said, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 1000

/** Turns of the event loop in which nothing may be under way before a world counts as idle. */
const QUIET_TURNS = 4

/**
 * Looks again at every change until there is something to see. Gives undefined at the deadline; rejects with what
 * looking throws.
 */
export function waitFor<Seen>(
  look: () => Seen | undefined,
  watch: (changed: () => void) => () => void,
  timeoutMs: number,
): Promise<Seen | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      unwatch()
      settle()
    }
    const changed = (): void => {
      try {
        const seen = look()
        if (seen !== undefined) end(() => resolve(seen))
      } catch (error) {
        end(() => reject(error))
      }
    }
    const timer = setTimeout(() => end(() => resolve(undefined)), timeoutMs)
    const unwatch = watch(changed)
    changed()
  })
}

/** Waits until nothing is under way for some turns of the event loop; false at the deadline. */
export async function waitForQuiet(isQuiet: () => boolean, timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs
  for (let quiet = 0; quiet < QUIET_TURNS; quiet = isQuiet() ? quiet + 1 : 0) {
    if (performance.now() > endMs) return false
    // A turn at least; where something is under way, a millisecond, so that it gets the processor.
    await new Promise<void>((resolve) => void (quiet > 0 ? setImmediate(resolve) : setTimeout(resolve, 1)))
  }
  return true
}
