import { type Fault, mongoCollection } from '@house-helper/fault-proxy'

/** A kill point is a moment of a program's work that shows on the wire, and at which it is stopped. */
export interface KillPoint {
  /** `before the ledger moves`. */
  readonly name: string
  /** Whose request it is. */
  readonly server: 'kafka' | 'mongo'
  readonly fault: Fault
  /** How many of these requests may pass first; more of them than that are certain to come. */
  readonly maxSkip: number
}

/** The point that an instance comes to when another one joins its group. */
export const whileJoining = 'after it has joined, before it is told'

type When = 'before' | 'after'

const isBatchEntry = (request: Buffer): boolean => isAbout('ledger')(request) && request.includes('batch\0')

/** The points of the event logger's work, in the order in which it comes to them. */
export const loggerPoints: readonly KillPoint[] = [
  kafka(whileJoining, 'after', 'JoinGroup'),
  mongo('before the records are inserted', 'before', 'insert', isAbout('records')),
  mongo('after the records are inserted', 'after', 'insert', isAbout('records')),
  mongo('before the ledger moves', 'before', 'update', isAbout('partitions')),
  mongo('after the ledger has moved', 'after', 'update', isAbout('partitions')),
  mongo('before the entry is filed', 'before', 'insert', isBatchEntry),
  mongo('after the entry is filed', 'after', 'insert', isBatchEntry),
  kafka('before the commit to Kafka', 'before', 'OffsetCommit', 2),
  kafka('after the commit to Kafka', 'after', 'OffsetCommit', 2),
]

/** The points of a handler's work under `once`, with dead letters and later retries. */
export const handlerPoints: readonly KillPoint[] = [
  kafka(whileJoining, 'after', 'JoinGroup'),
  mongo('before the receipt is inserted', 'before', 'insert', isAbout('event_receipts')),
  mongo('after the receipt is inserted', 'after', 'insert', isAbout('event_receipts')),
  mongo('after the effect', 'after', 'insert', isAbout('effects')),
  mongo('before the transaction is committed', 'before', 'commitTransaction'),
  mongo('after the transaction is committed', 'after', 'commitTransaction'),
  kafka('before the offsets are committed', 'before', 'OffsetCommit', 2),
  kafka('after the offsets are committed', 'after', 'OffsetCommit', 2),
  kafka('before a dead letter is written', 'before', 'Produce', 0, names('.dead.')),
  kafka('after a dead letter is written', 'after', 'Produce', 0, names('.dead.')),
  kafka('before a later retry is written', 'before', 'Produce', 1, names('.inbox.')),
  kafka('after a later retry is written', 'after', 'Produce', 1, names('.inbox.')),
]

/** The fault of a point for one instance, which has this Kafka client id and a proxy before MongoDB to itself. */
export function faultOf({ fault, server }: KillPoint, clientId: string, skip: number): Fault {
  if (server === 'mongo') return { ...fault, skip }
  const { where = () => true } = fault
  return { ...fault, skip, where: (request) => request.includes(clientId) && where(request) }
}

function kafka(name: string, when: When, request: string, maxSkip = 0, where?: Fault['where']): KillPoint {
  return { name, server: 'kafka', fault: holding(when, request, where), maxSkip }
}

function mongo(name: string, when: When, request: string, where?: Fault['where']): KillPoint {
  return { name, server: 'mongo', fault: holding(when, request, where), maxSkip: 4 }
}

function holding(when: When, request: string, where: Fault['where']): Fault {
  return { kind: `hold-${when}`, requests: [request], ...(where && { where }) }
}

function isAbout(collection: string): (request: Buffer) => boolean {
  return (request) => mongoCollection(request) === collection
}

function names(part: string): (request: Buffer) => boolean {
  return (request) => request.includes(part)
}
