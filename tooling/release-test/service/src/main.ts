/** A service outside of the workspace: publishes one event, handles it, and prints what its handler got. */
import { createSubscriber, createTasksPublisher, onTasks, type TasksEvent } from '@house-helper/tasks'

const deadlineMs = 60_000
const taskId = `task-${crypto.randomUUID()}`
const handled = Promise.withResolvers<TasksEvent<'task.completed'>>()

const subscriber = createSubscriber({
  on: [
    onTasks({
      'task.completed': async (event) => {
        if (event.data.taskId === taskId) handled.resolve(event)
      },
    }),
  ],
})
const tasks = createTasksPublisher({ source: 'outside-service' })
const late = setTimeout(() => handled.reject(new Error(`not handled within ${deadlineMs} ms`)), deadlineMs)
try {
  await subscriber.start()
  const published = await tasks.publish(
    'task.completed',
    { taskId, title: 'Take out trash', completedBy: 'user-001', completedAt: new Date().toISOString(), points: 10 },
    { householdId: 'household-001', userId: 'user-001' },
  )
  const stopped = subscriber.closed.then(() => Promise.reject(new Error('the subscriber was closed')))
  const { id, type, source, householdId, data } = await Promise.race([handled.promise, stopped])
  console.log(JSON.stringify({ published: published.id, handled: { id, type, source, householdId, data } }))
} finally {
  clearTimeout(late)
  await tasks.close()
  await subscriber.close()
}
