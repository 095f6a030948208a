import { createTasksPublisher } from '@house-helper/tasks'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { envelopeOf } from '../backlog.ts'
import type { BenchStack, Case, Prepared, Side } from '../measure.ts'
import { eventsPerSecond, publishTask } from '../programs/publishing.ts'
import { messageOf, type TaskEvent, taskEvents } from '../task-events.ts'
import { createTopics, dropTopics } from '../topics.ts'

/** The share of a backlog's events that each side publishes: a slow peer publishes fewer. */
interface Shares {
  readonly ours: number
  readonly peer: number
}

const HAND_BATCHED = 1_000

/** Concurrent callers that publish one event after the other, against kafkajs as its users call it. */
export function publishCase(callers: number, goal: number, share: Shares): Case {
  return {
    name: `publish/${callers}-caller${callers === 1 ? '' : 's'}`,
    peerName: callers === 1 ? 'one kafkajs send after the other' : `${callers} concurrent kafkajs sends of one event`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: (stack) =>
      preparePublish(stack, { name: `${callers}`, callers, share }, ({ events, producer, topic }) => {
        const send = (event: TaskEvent) =>
          producer.send({
            topic,
            // An id of its own for each publish, as callers have it.
            messages: [
              {
                key: event.fields.householdId,
                value: JSON.stringify({ ...envelopeOf(event), id: crypto.randomUUID() }),
              },
            ],
          })
        return () => eventsPerSecond(callers, Math.ceil(stack.events * share.peer), events, send)
      }),
  }
}

/** A thousand callers, against kafkajs with batches that were put together by hand: what it can do at most. */
export function handBatchedCase(goal: number): Case {
  const share = { ours: 1, peer: 1 }
  return {
    name: 'publish/against-hand-batched',
    peerName: `kafkajs, ${HAND_BATCHED} messages a send, JSON.stringify, no validation`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: (stack) =>
      preparePublish(stack, { name: 'by-hand', callers: 1_000, share }, ({ events, producer, topic }) => async () => {
        const start = performance.now()
        for (let sent = 0; sent < stack.events; sent += HAND_BATCHED) {
          const from = sent % events.length
          const messages = events.slice(from, from + HAND_BATCHED).map(messageOf)
          await producer.send({ topic, messages })
        }
        return stack.events / ((performance.now() - start) / 1000)
      }),
  }
}

interface PeerPlace {
  readonly events: readonly TaskEvent[]
  readonly producer: Producer
  readonly topic: string
}

async function preparePublish(
  stack: BenchStack,
  { name, callers, share }: { readonly name: string; readonly callers: number; readonly share: Shares },
  peerOf: (place: PeerPlace) => Side,
): Promise<Prepared> {
  const topicPrefix = `bench-publish-${name}-${process.pid}`
  const topic = `${topicPrefix}.tasks`
  await createTopics(stack, [topic], 3)
  const events = taskEvents(20_000)
  const publisher = createTasksPublisher({ source: 'bench', brokers: stack.brokers, topicPrefix })
  const producer = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const ours = (event: TaskEvent) => publishTask(publisher, event)
  return {
    ours: () => eventsPerSecond(callers, Math.ceil(stack.events * share.ours), events, ours),
    peer: peerOf({ events, producer, topic }),
    close: async () => {
      await publisher.close()
      await producer.disconnect()
      await dropTopics(stack, [topic])
    },
  }
}
