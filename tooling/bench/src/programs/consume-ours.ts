import { setTimeout as sleep } from 'node:timers/promises'
import { createSubscriber, onTasks, type TasksEvent } from '@house-helper/tasks'
import { programOrder } from '../programs.ts'
import { type ConsumeOrder, consumption } from './consuming.ts'

const { brokers, topicPrefix, groupId, count, handlerMs, concurrency } = programOrder<ConsumeOrder>()
const { done, event: count1 } = consumption(count)
let points = 0

function take({ data }: TasksEvent<'task.created'> | TasksEvent<'task.completed'> | TasksEvent<'task.updated'>): void {
  if ('points' in data) points += data.points ?? 0
  count1()
}

async function takeSlowly(...[event]: Parameters<typeof take>): Promise<void> {
  await sleep(handlerMs)
  take(event)
}

const handle = handlerMs === undefined ? take : takeSlowly
const subscriber = createSubscriber({
  ...{ brokers: [...brokers], topicPrefix, groupId },
  ...(concurrency !== undefined && { concurrency }),
  on: [
    onTasks({
      'task.created': handle,
      'task.updated': handle,
      'task.completed': handle,
      'task.deleted': handlerMs === undefined ? count1 : async () => sleep(handlerMs).then(count1),
    }),
  ],
})
await subscriber.start()
const answer = await Promise.race([done, subscriber.closed])
await subscriber.close()
console.error(`${points} points`)
console.log(JSON.stringify(answer))
