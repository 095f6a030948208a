import { MongoClient } from 'mongodb'
import { domainTopics, fillBacklog } from '../backlog.ts'
import { seedLog } from '../log/seeded-log.ts'
import type { BenchStack, Case, Prepared } from '../measure.ts'
import type { RecordAnswer, RecordOrder } from '../programs/recording.ts'
import { runProgram } from '../programs.ts'
import { dropTopics } from '../topics.ts'
import type { Client } from './consume.ts'

const OURS = './programs/record-ours.ts'
const BY_HAND = './programs/record-peer.ts'
/** The share of the events that make a round of several seconds. */
const SHARE = 0.3

/** Recording a backlog into an empty database, against a hand-written kafkajs and insertMany loop. */
export function recordCase(client: Client, goal: number): Case {
  return {
    name: client === 'kafkajs' ? 'record/limit' : `record/${client}`,
    peerName: 'hand-written kafkajs and insertMany, same bytes, indexes and write concern',
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: (stack) => prepared(stack, client, BY_HAND),
  }
}

/** Recording a backlog, against Kafka Connect with the MongoDB sink, which replaces by id. */
export function connectCase(goal: number): Case {
  return {
    name: 'record/connect',
    peerName: 'Kafka Connect, MongoDB sink, upsert by id, same indexes and write concern',
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: (stack) => prepared(stack, 'kafkajs', './programs/connect-peer.ts'),
  }
}

/** Peak memory of a process that records, with a backlog of ten times the events against the events. */
export function recordMemoryCase(goal: number): Case {
  return {
    name: 'growth/memory',
    peerName: 'the same with a tenth of the backlog',
    unit: 'MiB',
    goal,
    better: 'lower',
    prepare: async (stack) => {
      const large = await preparedBacklog(stack, stack.events * 10)
      const small = await preparedBacklog(stack, stack.events)
      const mebibytes = ({ maxRssBytes }: RecordAnswer): number => maxRssBytes / 2 ** 20
      return {
        ours: async () => mebibytes(await large.record(OURS)),
        peer: async () => mebibytes(await small.record(OURS)),
        close: async () => {
          await large.close()
          await small.close()
        },
      }
    },
  }
}

/** Recording into a log that has millions of records, against recording into an empty one. */
export function recordIntoLargeCase(records: number, goal: number): Case {
  return {
    name: 'growth/records',
    peerName: `the same into an empty log instead of one of ${records.toLocaleString('en')} records`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: async (stack) => {
      const log = await seedLog({
        mongodbUri: stack.mongodbUri,
        database: `bench-large-${process.pid}`,
        count: records,
        seed: 1_000,
      })
      let seed = 1
      // What was recorded stays in the large log, so each round has a backlog of its own, and the same for both sides.
      let backlog: Promise<Backlog> | undefined
      const next = async (): Promise<Backlog> => {
        const count = Math.ceil(stack.events * SHARE)
        return preparedBacklog(stack, count, seed++)
      }
      const side = async (database?: string): Promise<number> => {
        const isFirst = backlog === undefined
        backlog ??= next()
        const of = await backlog
        const { eventsPerSecond } = await of.record(OURS, { ...(database !== undefined && { database }) })
        if (!isFirst) {
          backlog = undefined
          await of.close()
        }
        return eventsPerSecond
      }
      return { ours: () => side(log.database), peer: () => side(), close: log.drop }
    },
  }
}

async function prepared(stack: BenchStack, client: Client, peer: string): Promise<Prepared> {
  const backlog = await preparedBacklog(stack, Math.ceil(stack.events * SHARE))
  return {
    ours: async () => (await backlog.record(OURS, { client })).eventsPerSecond,
    peer: async () => (await backlog.record(peer)).eventsPerSecond,
    close: backlog.close,
  }
}

interface RecordOptions {
  /** Default: one of its own, dropped afterwards. */
  readonly database?: string
  readonly client?: Client
}

interface Backlog extends Pick<Prepared, 'close'> {
  /** Records the whole backlog with a program, in a group of its own. */
  record(program: string, options?: RecordOptions): Promise<RecordAnswer>
}

// As the event logger is started; the hand-written loop has the same.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']

let backlogs = 0

async function preparedBacklog(stack: BenchStack, count: number, seed?: number): Promise<Backlog> {
  const topicPrefix = `bench-record-${process.pid}-${++backlogs}`
  await fillBacklog(stack, topicPrefix, count, seed)
  const mongo = await MongoClient.connect(stack.mongodbUri)
  let runs = 0
  return {
    record: async (program, { database, client = 'kafkajs' } = {}) => {
      const name = `${topicPrefix}-${++runs}`
      const db = mongo.db(database ?? name)
      const before = await db.collection('records').estimatedDocumentCount()
      const { brokers, mongodbUri } = stack
      const order: RecordOrder = { brokers, mongodbUri, database: db.databaseName, groupId: name, topicPrefix, count }
      const answer = await runProgram<RecordAnswer>(program, order, { nodeArgs, env: { KAFKA_TRANSPORT: client } })
      const recorded = (await db.collection('records').estimatedDocumentCount()) - before
      if (recorded !== count) throw new Error(`${program} stored ${recorded} of ${count} events`)
      if (database === undefined) await db.dropDatabase()
      return answer
    },
    close: async () => {
      await mongo.close()
      await dropTopics(stack, domainTopics(topicPrefix))
    },
  }
}
