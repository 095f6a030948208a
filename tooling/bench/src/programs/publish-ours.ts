import { createTasksPublisher } from '@house-helper/tasks'
import { programOrder } from '../programs.ts'
import { type TaskEvent, taskEvents } from '../task-events.ts'
import { eventsPerSecond, type PublishAnswer, type PublishOrder, publishTask } from './publishing.ts'

const { brokers, topicPrefix, callers, count } = programOrder<PublishOrder>()
const events = taskEvents(20_000)
const publisher = createTasksPublisher({ source: 'bench', brokers, topicPrefix })
const publish = (event: TaskEvent): Promise<unknown> => publishTask(publisher, event)
const answer: PublishAnswer = { eventsPerSecond: await eventsPerSecond(callers, count, events, publish) }
await publisher.close()
console.log(JSON.stringify(answer))
