import { Attempt } from '../attempt/attempt.ts'
import { SubscriberError } from '../errors.ts'
import { receivedEvent } from '../event.ts'
import type { Handler } from './handler.ts'

/** Calls the user's handler. What it throws goes through as it is, a thenable becomes a promise. */
export const invoke: Handler = (event) => {
  const { attempt, route } = event
  if (!(attempt instanceof Attempt) || route.handle === undefined) {
    throw new SubscriberError('DEFECT', 'A handler was called without an attempt.')
  }
  const result = route.handle(receivedEvent(event.envelope, event.data), attempt)
  return isThenable(result) ? Promise.resolve(result as PromiseLike<void>) : undefined
}

function isThenable(value: unknown): boolean {
  const mayBe = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return mayBe && typeof (value as { then?: unknown }).then === 'function'
}
