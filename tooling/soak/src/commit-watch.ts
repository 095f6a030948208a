import {
  type ClientSession,
  type Db,
  MongoClient,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb'
import { z } from 'zod'
import { domainsOf } from './effects.ts'
import type { Stand } from './stand.ts'
import { createWitness, type Witness } from './witness.ts'

/** A watch over two groups' commits: none may be ahead of what a majority of MongoDB's members has. */
export interface CommitWatch extends AsyncDisposable {
  /** Offsets that were committed to Kafka before their write was with a majority. */
  readonly early: Witness
  /** Looks that compared something. */
  readonly looks: number
  /** Compares once; resolves to why not, and compares nothing, while no majority can be read. */
  look(): Promise<true | string>
}

const stateSchema = z.object({ topic: z.string(), partition: z.number(), next: z.coerce.number() })
const effectSchema = z.object({ eventId: z.string() })
const majority = { readConcern: { level: 'majority' } } as const
// A look that gets no answer is given up soon: the next one may.
const impatience = { serverSelectionTimeoutMS: 3_000, connectTimeoutMS: 3_000, socketTimeoutMS: 3_000 }

/** Makes a watch over the event loggers' and the handlers' commits, with a connection of its own to MongoDB. */
export function createCommitWatch(stand: Stand, mongodbUri: string): CommitWatch {
  const client = new MongoClient(mongodbUri, { ...impatience, heartbeatFrequencyMS: 500 })
  const early = createWitness()
  const log = client.db(stand.log.databaseName)
  const handled = createHandledCheck(stand, client.db(stand.service.databaseName))
  let looks = 0

  async function look(): Promise<true | string> {
    // Kafka first: what MongoDB gets in between only makes the comparison milder by what is right by then.
    const { transport, topics, loggerGroup, handlerGroup, handledTypes } = stand
    const handledTopics = topics.filter((topic) => domainsOf(handledTypes).some((name) => topic.endsWith(`.${name}`)))
    const recorded = await transport.admin.committed(loggerGroup, topics)
    const done = await transport.admin.committed(handlerGroup, handledTopics)
    // Until it has committed something itself, a new primary reads a majority's past: what comes before this write in
    // the oplog, and all that was acknowledged by now does, is in what this session reads.
    const session = client.startSession({ causalConsistency: true })
    try {
      await client
        .db(`${log.databaseName}-watch`)
        .collection<{ _id: string }>('barrier')
        .updateOne(
          { _id: 'barrier' },
          { $inc: { looks: 1 } },
          { upsert: true, writeConcern: { w: 'majority' }, session },
        )
      const ledger = await ledgerOf(log, session)
      for (const { topic, partition, offset } of recorded) {
        const next = ledger.get(`${topic}/${partition}`) ?? 0
        if (offset > next) early.saw(`${topic}/${partition}: ${offset} is committed, the ledger is at ${next}`)
      }
      await handled(done, early, session)
    } catch (error) {
      if (isUnavailable(error)) return error.message
      throw error
    } finally {
      await session.endSession()
    }
    looks += 1
    return true
  }

  return {
    early,
    look,
    get looks() {
      return looks
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

async function ledgerOf(log: Db, session: ClientSession): Promise<Map<string, number>> {
  const states = await log
    .collection('partitions')
    .find({}, { ...majority, session })
    .toArray()
  return new Map(
    states.map((state) => stateSchema.parse(state)).map((state) => [`${state.topic}/${state.partition}`, state.next]),
  )
}

type Committed = readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]

/** Checks that each acknowledged event below a commit has its effect. What a majority has stays, so each is asked for once. */
function createHandledCheck({ book, handledTypes }: Stand, service: Db) {
  const types = new Set(handledTypes)
  const proven = new Set<string>()
  return async (committed: Committed, early: Witness, session: ClientSession): Promise<void> => {
    const ends = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
    const due = [...book.events]
      .filter(([id, { type, topic, partition, offset }]) => {
        return types.has(type) && !proven.has(id) && offset < (ends.get(`${topic}/${partition}`) ?? 0)
      })
      .map(([id]) => id)
    const found = await service
      .collection('effects')
      .find({ eventId: { $in: due } }, { ...majority, session, projection: { eventId: 1 } })
      .toArray()
    for (const effect of found) proven.add(effectSchema.parse(effect).eventId)
    for (const id of due) if (!proven.has(id)) early.saw(`${id} is committed by the handlers and has no effect`)
  }
}

// Of members that step down, start, or have no majority to read with.
const unavailableCodes: readonly unknown[] = [50, 91, 134, 189, 262, 10107, 11600, 11602, 13435, 13436]

/** Whether MongoDB could not be asked: it has no primary, or did not answer in time. */
function isUnavailable(error: unknown): error is Error {
  if (error instanceof MongoServerError) return unavailableCodes.includes(error.code)
  return error instanceof MongoNetworkError || error instanceof MongoServerSelectionError
}
