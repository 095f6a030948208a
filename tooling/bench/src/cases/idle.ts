import type { BenchStack, Case } from '../measure.ts'
import type { IdleAnswer, IdleOrder } from '../programs/idling.ts'
import { runProgram } from '../programs.ts'
import { createTopics, dropTopics } from '../topics.ts'

const IDLE_MS = 8_000

/** Processor time of a subscriber that has nothing to do, against an idle kafkajs consumer. */
export function idleCase(goal: number): Case {
  return {
    name: 'idle/cpu',
    peerName: 'one idle kafkajs consumer',
    unit: 'ms/s',
    goal,
    better: 'lower',
    prepare: async (stack) => {
      const groupId = 'idlers'
      const topicPrefix = `bench-idle-${process.pid}`
      const topics = ['tasks', `inbox.${groupId}`, `dead.${groupId}`].map((name) => `${topicPrefix}.${name}`)
      await createTopics(stack, topics, 3)
      const order: Omit<IdleOrder, 'groupId'> = { brokers: stack.brokers, topicPrefix, idleMs: IDLE_MS }
      return {
        ours: () => idle('./programs/idle-ours.ts', { ...order, groupId }),
        peer: () => idle('./programs/idle-peer.ts', { ...order, groupId: 'kafkajs-idlers' }),
        close: () => dropTopics(stack, topics),
      }
    },
  }
}

/** Milliseconds of processor time for each second. */
async function idle(program: string, order: IdleOrder & { readonly brokers: BenchStack['brokers'] }): Promise<number> {
  const { cpuMs } = await runProgram<IdleAnswer>(program, order)
  return cpuMs / (IDLE_MS / 1000)
}
