import { MongoClient } from 'mongodb'
import { domainTopics, fillBacklog } from '../backlog.ts'
import type { BenchStack, Case, Prepared } from '../measure.ts'
import type { RecordAnswer } from '../programs/recording.ts'
import { runProgram } from '../programs.ts'
import { createTopics, dropTopics } from '../topics.ts'

/** Replaying a log into an inbox topic, against a hand-written loop over the same documents. */
export function replayCase(): Case {
  return {
    name: 'replay/limit',
    peerName: 'a hand-written loop over the same documents and headers, a thousand a send',
    unit: 'events/s',
    goal: 0.7,
    better: 'higher',
    prepare: async (stack) => {
      const log = await preparedLog(stack, stack.events)
      return {
        ours: async () => (await log.replay('./programs/replay-ours.ts')).eventsPerSecond,
        peer: async () => (await log.replay('./programs/replay-peer.ts')).eventsPerSecond,
        close: log.close,
      }
    },
  }
}

/** Peak memory of a process that replays, with twice the events against the events. */
export function replayMemoryCase(): Case {
  return {
    name: 'replay/memory',
    peerName: 'the same with half the events',
    unit: 'MiB',
    goal: 1.1,
    better: 'lower',
    prepare: async (stack) => {
      const large = await preparedLog(stack, stack.events * 2)
      const small = await preparedLog(stack, stack.events)
      const mebibytes = ({ maxRssBytes }: RecordAnswer): number => maxRssBytes / 2 ** 20
      return {
        ours: async () => mebibytes(await large.replay('./programs/replay-ours.ts')),
        peer: async () => mebibytes(await small.replay('./programs/replay-ours.ts')),
        close: async () => {
          await large.close()
          await small.close()
        },
      }
    },
  }
}

interface Log extends Pick<Prepared, 'close'> {
  /** Replays the whole log with a program, into an inbox topic of its own. */
  replay(program: string): Promise<RecordAnswer>
}

// As the event logger is started; the hand-written loop has the same.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']

let logs = 0

async function preparedLog(stack: BenchStack, count: number): Promise<Log> {
  const topicPrefix = `bench-replay-${process.pid}-${++logs}`
  const { brokers, mongodbUri } = stack
  const order = { brokers, mongodbUri, database: topicPrefix, topicPrefix, groupId: topicPrefix, count }
  await fillBacklog(stack, topicPrefix, count)
  await runProgram<RecordAnswer>('./programs/record-ours.ts', order, { nodeArgs })
  // What is replayed is in MongoDB now.
  await dropTopics(stack, domainTopics(topicPrefix))
  const client = await MongoClient.connect(mongodbUri)
  let runs = 0
  return {
    async replay(program) {
      const groupId = `run-${++runs}`
      const inbox = `${topicPrefix}.inbox.${groupId}`
      await createTopics(stack, [inbox], 3)
      try {
        return await runProgram<RecordAnswer>(program, { ...order, groupId }, { nodeArgs })
      } finally {
        await dropTopics(stack, [inbox])
      }
    },
    async close() {
      await client.db(topicPrefix).dropDatabase()
      await client.close()
    },
  }
}
