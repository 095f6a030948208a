import { AsyncLocalStorage } from 'node:async_hooks'

/** The event that is being handled: what is published meanwhile is its effect. */
export interface Cause {
  readonly eventId: string
  readonly correlationId: string
}

const PLACE = Symbol.for('@house-helper/events-core/cause')

// One storage for the process: a publisher and a subscriber may come from two installed versions of this package.
const global = globalThis as typeof globalThis & { [PLACE]?: AsyncLocalStorage<Cause | undefined> }
global[PLACE] ??= new AsyncLocalStorage<Cause | undefined>()
const storage = global[PLACE]

/** Runs a function whose publishes, however deep and asynchronous, are effects of the cause; undefined means of none. */
export function withCause<Result>(cause: Cause | undefined, run: () => Result): Result {
  return storage.run(cause, run)
}

/** The event that is being handled here, or undefined outside a handler. */
export function currentCause(): Cause | undefined {
  return storage.getStore()
}
