import { correlationIdOf, withCause } from '@house-helper/events-core'
import type { Middleware } from './handler.ts'

/** What a handler publishes is an effect of the event that it handles. */
export const cause: Middleware = (next) => (event) => {
  const { envelope } = event
  return withCause({ eventId: envelope.id, correlationId: correlationIdOf(envelope) }, () => next(event))
}
