import type { createTasksPublisher, TaskCreatedData } from '@house-helper/tasks'
import type { TaskEvent } from '../task-events.ts'

/** What the program that publishes is asked to do. */
export interface PublishOrder {
  readonly brokers: readonly string[]
  readonly topicPrefix: string
  /** Callers that publish at a time, each one event after the other. */
  readonly callers: number
  readonly count: number
}

/** What it answers. */
export interface PublishAnswer {
  readonly eventsPerSecond: number
}

/** Publishes the data and the fields of a simulated event; the id is a new one each time, as callers have it. */
export function publishTask(
  publisher: Pick<ReturnType<typeof createTasksPublisher>, 'publish'>,
  { type, data, fields: { householdId, userId, correlationId } }: TaskEvent,
): Promise<unknown> {
  return publisher.publish(type as 'task.created', data as TaskCreatedData, {
    householdId,
    correlationId,
    ...(userId && { userId }),
  })
}

/** Publishes so many events with concurrent callers, of whom each waits for one before the next; gives events a second. */
export async function eventsPerSecond(
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
