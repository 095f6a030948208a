import { defineHandlers, type HandlerContext, type HandlerSet } from '@house-helper/consumer'
import type { DomainName } from '@house-helper/household-simulator'
import type { MongoContext } from '@house-helper/outbox'
import type { ClientSession, Db } from 'mongodb'
import { domains } from './domains.ts'

/** What a handler did for an event, written in its transaction. */
export interface Effect {
  readonly eventId: string
  readonly type: string
  /** `<domain>/<key>`: what has an order. */
  readonly lane: string
  readonly seq: number
  /** The sequence number that the lane was at when this effect was had; -1 before the first. */
  readonly after: number
}

/** What an effect needs of an event. */
export interface EffectEvent {
  readonly id: string
  readonly type: string
  readonly householdId?: string | undefined
  readonly userId?: string | undefined
  readonly metadata: { readonly [name: string]: unknown }
}

/** The collections that effects are written to. */
export function effectCollections(db: Db) {
  return {
    effects: db.collection<Effect>('effects'),
    lanes: db.collection<{ _id: string; seq: number }>('lanes'),
    /** The attempts whose effects were committed, for handlers that tell attempts apart. */
    attempts: db.collection<{ _id: string }>('attempts'),
  }
}

/** Creates the collections: transactions that begin with them at the same time would end one another for long. */
export async function createEffectCollections(db: Db): Promise<void> {
  for (const { collectionName } of Object.values(effectCollections(db))) await db.createCollection(collectionName)
}

/**
 * Writes an event's effect within a transaction: a document of its own for each time it is had, and the lane's sequence
 * number, which makes transactions of one key conflict and so tells the order of their commits.
 */
export async function haveEffect(db: Db, domain: string, event: EffectEvent, session: ClientSession): Promise<void> {
  const { effects, lanes } = effectCollections(db)
  const seq = Number(event.metadata.seq)
  const lane = `${domain}/${subjectOf(domain, event)}`
  const before = await lanes.findOneAndUpdate(
    { _id: lane },
    { $set: { seq } },
    { upsert: true, returnDocument: 'before', session },
  )
  await effects.insertOne({ eventId: event.id, type: event.type, lane, seq, after: before?.seq ?? -1 }, { session })
}

/** Makes handler sets that run one function for each of some event types, whatever their domain. */
export function handlerSets(
  types: readonly string[],
  handle: (domain: string, event: EffectEvent, context: HandlerContext & MongoContext) => Promise<void>,
): HandlerSet<MongoContext>[] {
  return domainsOf(types).map((name) => {
    const chosen = domains[name].events.filter(({ type }) => types.includes(type))
    const entries = chosen.map(({ type }) => [type, (event: never, context: never) => handle(name, event, context)])
    return defineHandlers<(typeof domains)[DomainName], MongoContext>(domains[name], Object.fromEntries(entries))
  })
}

/** The domains that some event types belong to. */
export function domainsOf(types: readonly string[]): DomainName[] {
  const names = Object.keys(domains) as DomainName[]
  return names.filter((name) => domains[name].events.some(({ type }) => types.includes(type)))
}

function subjectOf(domain: string, event: EffectEvent): string {
  const contract = domains[domain as DomainName].events.find(({ type }) => type === event.type)
  return (contract?.subject === 'user' ? event.userId : event.householdId) ?? ''
}
