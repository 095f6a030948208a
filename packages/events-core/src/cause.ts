import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'

/** The event that is being handled: what is published meanwhile is its effect. */
export interface Cause {
  readonly eventId: string
  readonly correlationId: string
}

/** Several events are being handled at once, and only the handler knows which of them causes what. */
interface Unnamed {
  readonly eventId?: undefined
}

const UNNAMED: Unnamed = Object.freeze({})

const PLACE = Symbol.for('@house-helper/events-core/cause')

// One storage for the process: a publisher and a subscriber may come from two installed versions of this package.
const global = globalThis as typeof globalThis & { [PLACE]?: AsyncLocalStorage<Cause | Unnamed | undefined> }
global[PLACE] ??= new AsyncLocalStorage<Cause | Unnamed | undefined>()
const storage = global[PLACE]

/** Runs a function whose publishes, however deep and asynchronous, are effects of the cause; undefined means of none. */
export function withCause<Result>(cause: Cause | undefined, run: () => Result): Result {
  return storage.run(cause, run)
}

/**
 * Runs functions as {@link withCause} does, in the asynchronous context of where it was made. For one call after the
 * other: it takes a fifth of the time, since nothing has to be copied from the context of the caller and back.
 */
export class CauseScope {
  readonly #context = new AsyncResource('HouseHelperCause', { requireManualDestroy: true })

  run<Argument, Result>(cause: Cause, run: (argument: Argument) => Result, argument: Argument): Result {
    return this.#context.runInAsyncScope(enter<Argument, Result>, undefined, cause, run, argument)
  }
}

function enter<Argument, Result>(cause: Cause, run: (argument: Argument) => Result, argument: Argument): Result {
  // Until the scope is left, which gives the caller its own context back.
  storage.enterWith(cause)
  return run(argument)
}

/** Runs a function that handles several events at once: what it publishes has to name its cause. */
export function withCauseToBeNamed<Result>(run: () => Result): Result {
  return storage.run(UNNAMED, run)
}

/** The event that is being handled here, or undefined outside a handler and where several are handled at once. */
export function currentCause(): Cause | undefined {
  const cause = storage.getStore()
  return cause?.eventId === undefined ? undefined : cause
}

/** Whether several events are being handled here at once, so that what is published has to name its cause. */
export function causeHasToBeNamed(): boolean {
  const cause = storage.getStore()
  return cause !== undefined && cause.eventId === undefined
}
