import { MongoClient } from 'mongodb'
import { domainTopics, fillBacklog } from '../backlog.ts'
import type { BenchStack, Case, Prepared } from '../measure.ts'
import type { RecordAnswer } from '../programs/recording.ts'
import { runProgram } from '../programs.ts'
import { dropTopics } from '../topics.ts'

/** Recording a backlog into an empty database, against a hand-written kafkajs and insertMany loop. */
export function recordCase(): Case {
  return {
    name: 'record/limit',
    peerName: 'hand-written kafkajs and insertMany, same bytes, indexes and write concern',
    unit: 'events/s',
    goal: 0.8,
    better: 'higher',
    prepare: async (stack) => {
      const side = await preparedBacklog(stack, stack.events)
      return {
        ours: async () => (await side.record('./programs/record-ours.ts')).eventsPerSecond,
        peer: async () => (await side.record('./programs/record-peer.ts')).eventsPerSecond,
        close: side.close,
      }
    },
  }
}

/** Peak memory of a process that records, with a backlog of twice the events against the events. */
export function recordMemoryCase(): Case {
  return {
    name: 'record/memory',
    peerName: 'the same with half the backlog',
    unit: 'MiB',
    goal: 1.1,
    better: 'lower',
    prepare: async (stack) => {
      const large = await preparedBacklog(stack, stack.events * 2)
      const small = await preparedBacklog(stack, stack.events)
      const mebibytes = ({ maxRssBytes }: RecordAnswer): number => maxRssBytes / 2 ** 20
      return {
        ours: async () => mebibytes(await large.record('./programs/record-ours.ts')),
        peer: async () => mebibytes(await small.record('./programs/record-ours.ts')),
        close: async () => {
          await large.close()
          await small.close()
        },
      }
    },
  }
}

interface Backlog extends Pick<Prepared, 'close'> {
  /** Records the whole backlog with a program, in a group and a database of its own. */
  record(program: string): Promise<RecordAnswer>
}

// As the event logger is started; the hand-written loop has the same.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']

let backlogs = 0

async function preparedBacklog(stack: BenchStack, count: number): Promise<Backlog> {
  const topicPrefix = `bench-record-${process.pid}-${++backlogs}`
  await fillBacklog(stack, topicPrefix, count)
  const client = await MongoClient.connect(stack.mongodbUri)
  let runs = 0
  return {
    record: async (program) => {
      const name = `${topicPrefix}-${++runs}`
      const order = {
        brokers: stack.brokers,
        mongodbUri: stack.mongodbUri,
        database: name,
        groupId: name,
        topicPrefix,
        count,
      }
      const answer = await runProgram<RecordAnswer>(program, order, nodeArgs)
      const recorded = await client.db(name).collection('records').countDocuments()
      if (recorded !== count) throw new Error(`${program} stored ${recorded} of ${count} events`)
      await client.db(name).dropDatabase()
      return answer
    },
    close: async () => {
      await client.close()
      await dropTopics(stack, domainTopics(topicPrefix))
    },
  }
}
