import { type Transport, topicNames } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { expect, it } from 'vitest'
import { createSubscriber, createTasksPublisher, onTasks, type TasksEvent } from './index.ts'

const household = { householdId: 'household-001', userId: 'user-001' }

async function withTopics(): Promise<Transport> {
  const transport = createMemoryTransport()
  const names = topicNames(transport.topicPrefix)
  const topics = [names.domain('tasks'), names.inbox('group'), names.dead('group')]
  await transport.admin.createTopics(topics.map((name) => ({ name, partitions: 3, replicationFactor: 1, config: {} })))
  return transport
}

it('hands what was published to the handler of its type, with its data and whom it is about', async () => {
  await using transport = await withTopics()
  await using publisher = createTasksPublisher({ source: 'task-service', transport })
  const received = Promise.withResolvers<TasksEvent<'task.created'>>()
  const on = [onTasks({ 'task.created': received.resolve })]
  await using subscriber = createSubscriber({ groupId: 'group', transport, on })
  await subscriber.start()
  const data = { taskId: 'task-001', title: 'Take out trash', priority: 'high' } as const
  const { id } = await publisher.publish('task.created', data, household)
  expect(await received.promise).toMatchObject({ id, type: 'task.created', data, ...household, source: 'task-service' })
})

it('gives what a handler publishes the correlation id of the event that it handles, and its id as the cause', async () => {
  await using transport = await withTopics()
  await using publisher = createTasksPublisher({ source: 'task-service', transport })
  const received = Promise.withResolvers<TasksEvent<'task.created'>>()
  const on = [
    onTasks({
      'task.completed': (event) =>
        publisher.publish('task.created', { taskId: 'next', title: event.data.title }, household),
      'task.created': received.resolve,
    }),
  ]
  await using subscriber = createSubscriber({ groupId: 'group', transport, on })
  await subscriber.start()
  const done = { taskId: 'task-001', title: 'Sweep', completedBy: 'user-001', completedAt: new Date().toISOString() }
  const { id } = await publisher.publish('task.completed', done, { ...household, correlationId: 'req-001' })
  expect(await received.promise).toMatchObject({ correlationId: 'req-001', causationId: id })
})
