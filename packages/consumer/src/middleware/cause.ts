import { CauseScope, correlationIdOf } from '@house-helper/events-core'
import type { Middleware } from './handler.ts'

/** What a handler publishes is an effect of the event that it handles. Handlers run in the asynchronous context of here. */
export function cause(): Middleware {
  const scope = new CauseScope()
  return (next) => (event) => {
    const { envelope } = event
    return scope.run({ eventId: envelope.id, correlationId: correlationIdOf(envelope) }, next, event)
  }
}
