import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { Kafka, logLevel } from 'kafkajs'
import { envelopeOf, keyOf } from './backlog.ts'
import type { BenchStack } from './measure.ts'
import { createTopics } from './topics.ts'

/** A simulated event about a task. */
export type TaskEvent = Extract<SimulatedEvent, { readonly domain: 'tasks' }>

/** The events about tasks of simulated households, without an end. */
function* endlessTaskEvents(seed: number, households?: number): Generator<TaskEvent, never> {
  for (const event of householdEvents(seed, households === undefined ? {} : { households })) {
    if (event.domain === 'tasks') yield event
  }
  throw new Error('Simulated households never end.')
}

/** The message that a publisher would write for a simulated event. */
export function messageOf(event: SimulatedEvent): { readonly key: string; readonly value: string } {
  return { key: keyOf(event), value: JSON.stringify(envelopeOf(event)) }
}

/** Some events about tasks. */
export function taskEvents(count: number): TaskEvent[] {
  const events = endlessTaskEvents(1)
  return Array.from({ length: count }, () => events.next().value)
}

/** Creates a topic and fills it with events about tasks of so many households. */
export async function fillTasks(
  stack: BenchStack,
  topic: string,
  {
    count,
    partitions,
    households,
  }: { readonly count: number; readonly partitions: number; readonly households: number },
): Promise<void> {
  await createTopics(stack, [topic], partitions)
  const producer = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  try {
    const events = endlessTaskEvents(7, households)
    for (let sent = 0; sent < count; ) {
      const messages = Array.from({ length: Math.min(2_000, count - sent) }, () => messageOf(events.next().value))
      await producer.send({ topic, messages })
      sent += messages.length
    }
  } finally {
    await producer.disconnect()
  }
}
