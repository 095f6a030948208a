import type { BenchStack, Case, Prepared } from '../measure.ts'
import type { ConsumeAnswer, ConsumeOrder } from '../programs/consuming.ts'
import { runProgram } from '../programs.ts'
import { fillTasks } from '../task-events.ts'
import { createTopics, dropTopics } from '../topics.ts'

/** The Kafka client behind our side. */
export type Client = 'kafkajs' | 'platformatic'

const OURS = './programs/consume-ours.ts'

/** Typed handlers over a backlog, against kafkajs as fast as it reads. */
export function consumeCase(client: Client, goal: number): Case {
  return {
    name: client === 'kafkajs' ? 'consume/typed' : `consume/typed-${client}`,
    peerName: 'kafkajs eachBatch with JSON.parse, autoCommit false',
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: async (stack) => {
      const count = stack.events * 2
      const topic = await preparedTopic(stack, { count, partitions: 3, households: 2_000 })
      return {
        ours: () => topic.consume(OURS, { count }, client),
        peer: () => topic.consume('./programs/consume-peer.ts', { count }),
        close: topic.close,
      }
    },
  }
}

/** Handlers that take 5 ms, on one partition with 100 keys. */
export function slowHandlersCase(goal: number): Case {
  const handlerMs = 5
  return {
    name: 'consume/slow-handlers',
    peerName: `kafkajs eachMessage, ${handlerMs} ms a message`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: async (stack) => {
      const count = Math.ceil(stack.events * 0.15)
      const topic = await preparedTopic(stack, { count, partitions: 1, households: 100 })
      // The peer handles one at a time: at 200 a second a hundredth of the events is enough to know its rate.
      const few = Math.ceil(count / 50)
      return {
        ours: () => topic.consume(OURS, { count, handlerMs, concurrency: 100 }),
        peer: () => topic.consume('./programs/consume-slow-peer.ts', { count: few, handlerMs }),
        close: topic.close,
      }
    },
  }
}

/** A backlog in many partitions, against the same backlog in few. */
export function partitionsCase(client: Client, goal: number): Case {
  const [many, few] = [96, 3]
  return {
    name: client === 'kafkajs' ? 'growth/partitions' : `growth/partitions-${client}`,
    peerName: `the same over ${few} partitions instead of ${many}`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: async (stack) => {
      const count = stack.events * 2
      const wide = await preparedTopic(stack, { count, partitions: many, households: 2_000 })
      const narrow = await preparedTopic(stack, { count, partitions: few, households: 2_000 })
      return {
        ours: () => wide.consume(OURS, { count }, client),
        peer: () => narrow.consume(OURS, { count }, client),
        close: async () => {
          await wide.close()
          await narrow.close()
        },
      }
    },
  }
}

interface FilledTopic extends Pick<Prepared, 'close'> {
  /** Consumes events of the topic with a program, in a group of its own; resolves with its events a second. */
  consume(
    program: string,
    wanted: Pick<ConsumeOrder, 'count' | 'handlerMs' | 'concurrency'>,
    client?: Client,
  ): Promise<number>
}

let topics = 0

async function preparedTopic(stack: BenchStack, filling: Parameters<typeof fillTasks>[2]): Promise<FilledTopic> {
  const topicPrefix = `bench-consume-${process.pid}-${++topics}`
  const topic = `${topicPrefix}.tasks`
  await fillTasks(stack, topic, filling)
  const made = [topic]
  let runs = 0
  return {
    consume: async (program, wanted, client = 'kafkajs') => {
      const groupId = `${topicPrefix}-${++runs}`
      const own = [`${topicPrefix}.inbox.${groupId}`, `${topicPrefix}.dead.${groupId}`]
      await createTopics(stack, own, 1)
      made.push(...own)
      const order: ConsumeOrder = { brokers: stack.brokers, topicPrefix, groupId, ...wanted }
      const env = { KAFKA_TRANSPORT: client }
      return (await runProgram<ConsumeAnswer>(program, order, { env })).eventsPerSecond
    },
    close: () => dropTopics(stack, made),
  }
}
