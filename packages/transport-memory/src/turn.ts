// Taken from the module once: tests that fake the global timers still get their messages.
import { setImmediate } from 'node:timers'

/** Resolves in a later turn of the event loop, in the order of the calls: the shortest trip to a broker. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Runs a function in a later turn of the event loop. */
export function later(run: () => void): void {
  setImmediate(run)
}
