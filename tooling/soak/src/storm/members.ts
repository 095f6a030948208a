import type { MongoClient } from 'mongodb'
import { staleEffectsOf } from '../handling/handler.ts'
import { createHandlingService, type HandlingService } from '../handling/service.ts'
import type { SoakStack } from '../stack.ts'
import type { Stand } from '../stand.ts'

/** Members of one group in this process, who join and leave while others work. */
export interface Members {
  readonly size: number
  /** Makes one more and lets it join; does not wait for it. */
  join(): void
  /** Lets the oldest leave in order; does not wait for it. */
  leave(): void
  /** Resolves when all that join and leave have done so; rejects if one of them failed or died. */
  settled(): Promise<void>
  /** Lets all leave. */
  close(): Promise<void>
  /** Effects of attempts whose signal had aborted before their handler was done. */
  staleEffects(): Promise<number>
  /** Attempts whose signal aborted before their handler was done. */
  readonly staleAttempts: number
  /** How often events were handled, or found to have been. */
  readonly handlings: number
}

/**
 * How many handlers a member runs at a time. Each restart of a long one adds to what is left when the storm ends, an
 * event in 40 of up to 20 s: with the 16 of a service of short handlers, 48 slots would have that for longer than 30 s.
 */
const CONCURRENCY = 64

/** Makes an empty group on a stand. Each member has connections to Kafka of its own; all have one to MongoDB. */
export function createMembers(stack: SoakStack, stand: Stand, client: MongoClient): Members {
  const all: HandlingService[] = []
  const moves: Promise<void>[] = []
  const deaths: unknown[] = []
  let working: HandlingService[] = []
  let handlings = 0
  const make = (): HandlingService =>
    createHandlingService({
      ...{ client, database: stand.service.databaseName, types: stand.handledTypes },
      ...{ brokers: stack.brokers, topicPrefix: stand.name, groupId: stand.handlerGroup },
      clientId: `${stand.name}-${all.length}`,
      concurrency: CONCURRENCY,
      onHandled: () => {
        handlings += 1
      },
    })
  const join = (): void => {
    const member = make()
    all.push(member)
    working = [...working, member]
    const { subscriber } = member
    const started = subscriber.start().catch((error: unknown) => {
      // Who leaves while joining is told so.
      if (working.includes(member)) deaths.push(error)
    })
    subscriber.closed.catch((error: unknown) => deaths.push(error))
    moves.push(started)
  }
  const leave = (): void => {
    const [oldest, ...others] = working
    working = others
    if (oldest) moves.push(oldest.subscriber.close())
  }
  const settled = async (): Promise<void> => {
    await Promise.all(moves)
    if (deaths.length > 0) throw new AggregateError(deaths, 'Members of the group died.')
  }
  return {
    get size() {
      return working.length
    },
    get handlings() {
      return handlings
    },
    get staleAttempts() {
      return all.reduce((sum, { stale }) => sum + stale.size, 0)
    },
    join,
    leave,
    settled,
    async close() {
      while (working.length > 0) leave()
      await Promise.all(moves)
    },
    staleEffects: () =>
      staleEffectsOf(
        stand.service,
        all.flatMap(({ stale }) => [...stale]),
      ),
  }
}
