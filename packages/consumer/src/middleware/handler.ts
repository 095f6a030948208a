import type { PendingEvent } from '../scheduling/pending-event.ts'

/** Undefined where the work is done, else a promise for it. */
export type Outcome = Promise<void> | undefined

/** Handles an event; done at once or when its promise resolves. Throws or rejects with a SubscriberError only. */
export type Handler = (event: PendingEvent) => Outcome

/** Adds one thing to a handler. */
export type Middleware = (next: Handler) => Handler

/** Puts middleware around a handler; the first one is the outermost. */
export function compose(middleware: readonly Middleware[], handler: Handler): Handler {
  return middleware.reduceRight((next, around) => around(next), handler)
}

/** Runs a handler and answers its failure, thrown or rejected, without a promise where there is none. */
export function recover(
  handler: Handler,
  event: PendingEvent,
  failed: (event: PendingEvent, error: unknown) => Outcome,
): Outcome {
  try {
    return handler(event)?.then(undefined, (error: unknown) => failed(event, error))
  } catch (error) {
    return failed(event, error)
  }
}
