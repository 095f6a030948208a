import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { createTasksPublisher, type TaskCreatedData } from '@house-helper/tasks'
import { Kafka, logLevel } from 'kafkajs'
import { envelopeOf } from '../backlog.ts'
import type { BenchStack, Case, Prepared } from '../measure.ts'
import { createTopics, dropTopics } from '../topics.ts'

type TaskEvent = Extract<SimulatedEvent, { readonly domain: 'tasks' }>

/** Concurrent callers that publish one event after the other, against kafkajs as its users call it. */
export function publishCase(
  callers: number,
  goal: number,
  share: { readonly ours: number; readonly peer: number },
): Case {
  return {
    name: `publish/${callers}-caller${callers === 1 ? '' : 's'}`,
    peerName: callers === 1 ? 'one kafkajs send after the other' : `${callers} concurrent kafkajs sends of one event`,
    unit: 'events/s',
    goal,
    better: 'higher',
    prepare: (stack) => preparePublish(stack, callers, share),
  }
}

async function preparePublish(
  stack: BenchStack,
  callers: number,
  share: { readonly ours: number; readonly peer: number },
): Promise<Prepared> {
  const topicPrefix = `bench-publish-${callers}-${process.pid}`
  const topic = `${topicPrefix}.tasks`
  await createTopics(stack, [topic], 3)
  const events = taskEvents(20_000)
  const publisher = createTasksPublisher({ source: 'bench', brokers: stack.brokers, topicPrefix })
  const producer = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  // An id of its own for each publish, as callers have it; the fields beside it are the simulated event's.
  const ours = ({ type, data, fields: { householdId, userId, correlationId } }: TaskEvent) =>
    publisher.publish(type as 'task.created', data as TaskCreatedData, {
      householdId,
      correlationId,
      ...(userId && { userId }),
    })
  const peer = (event: TaskEvent) =>
    producer.send({
      topic,
      messages: [
        { key: event.fields.householdId, value: JSON.stringify({ ...envelopeOf(event), id: crypto.randomUUID() }) },
      ],
    })
  return {
    ours: () => eventsPerSecond(callers, Math.ceil(stack.events * share.ours), events, ours),
    peer: () => eventsPerSecond(callers, Math.ceil(stack.events * share.peer), events, peer),
    close: async () => {
      await publisher.close()
      await producer.disconnect()
      await dropTopics(stack, [topic])
    },
  }
}

async function eventsPerSecond(
  callers: number,
  count: number,
  events: readonly TaskEvent[],
  publish: (event: TaskEvent) => Promise<unknown>,
): Promise<number> {
  let next = 0
  const call = async (): Promise<void> => {
    while (next < count) await publish(events[next++ % events.length] as TaskEvent)
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: callers }, call))
  return count / ((performance.now() - start) / 1000)
}

function taskEvents(count: number): TaskEvent[] {
  const events: TaskEvent[] = []
  for (const event of householdEvents(1)) {
    if (event.domain === 'tasks') events.push(event)
    if (events.length === count) break
  }
  return events
}
