import { createSubscriber, type Once, type Subscriber, type SubscriberOptions } from '@house-helper/consumer'
import { type MongoContext, mongoOnce } from '@house-helper/outbox'
import type { MongoClient } from 'mongodb'
import { handlerSets } from '../effects.ts'
import { conductedHandler } from './handler.ts'

/** How a handling service is made. Settings of its subscriber that are not given are the defaults. */
export interface HandlingOptions extends Omit<SubscriberOptions, 'on' | 'once'> {
  /** Stays open: a handler that outlives its service must be shut out by its receipt, not by a closed connection. */
  readonly client: MongoClient
  /** Where its effects and receipts are. */
  readonly database: string
  readonly types: readonly string[]
  /** Whether events that say so bring it into trouble. Default false. */
  readonly troubled?: boolean
  /** Told when an event's effect is committed, and when it turns out to have been. */
  readonly onHandled?: (eventId: string) => void
}

/** A service that handles events as they tell it to, with effects once. */
export interface HandlingService {
  readonly subscriber: Subscriber
  /** Attempts whose signal aborted before their handler was done: their effects must not be there. */
  readonly stale: ReadonlySet<string>
}

/** Makes a handling service. Nothing is received before its subscriber is started. */
export function createHandlingService(options: HandlingOptions): HandlingService {
  const { client, database, types, troubled = false, onHandled = () => {}, ...settings } = options
  const stale = new Set<string>()
  const handle = conductedHandler({ db: client.db(database), troubled, stale })
  const once = tellingOnce(mongoOnce(client, { database }), onHandled)
  return { subscriber: createSubscriber({ ...settings, once, on: handlerSets(types, handle) }), stale }
}

function tellingOnce(receipts: Once<MongoContext>, tell: (eventId: string) => void): Once<MongoContext> {
  return {
    ...receipts,
    async run(delivery, handle) {
      const outcome = await receipts.run(delivery, handle)
      if (outcome === 'handled' || outcome === 'repeat') tell(delivery.event.id)
      return outcome
    },
  }
}
