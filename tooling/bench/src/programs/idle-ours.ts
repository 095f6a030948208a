import { createSubscriber, onTasks } from '@house-helper/tasks'
import { programOrder } from '../programs.ts'
import { type IdleOrder, idleFor } from './idling.ts'

const { brokers, topicPrefix, groupId, idleMs } = programOrder<IdleOrder>()
const on = [onTasks({ 'task.completed': () => undefined })]
const subscriber = createSubscriber({ brokers: [...brokers], topicPrefix, groupId, on })
await subscriber.start()
const answer = await idleFor(idleMs)
await subscriber.close()
console.log(JSON.stringify(answer))
