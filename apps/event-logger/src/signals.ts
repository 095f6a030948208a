import type { EventEmitter } from 'node:events'

/** What of `process` is needed to hear signals and to end. */
export interface Signalled extends EventEmitter {
  exit(code: number): void
}

const endings = { SIGTERM: 143, SIGINT: 130 } as const

/** Resolves with the first SIGTERM or SIGINT, after telling of it; the second one ends the process at once. */
export function onceSignalled(target: Signalled, tell: (signal: NodeJS.Signals) => void): Promise<undefined> {
  return new Promise((resolve) => {
    const first = (signal: NodeJS.Signals): void => {
      for (const [name, code] of Object.entries(endings)) {
        target.removeListener(name, first)
        target.once(name, () => target.exit(code))
      }
      tell(signal)
      resolve(undefined)
    }
    for (const name of Object.keys(endings)) target.on(name, first)
  })
}
