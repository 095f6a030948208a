import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { taskCompleted } from './task-completed.ts'
import { taskCreated } from './task-created.ts'
import { taskDeleted } from './task-deleted.ts'
import { taskUpdated } from './task-updated.ts'

/** The domain `tasks`: every contract of the topic `house-helper.tasks`. */
export const tasks = defineDomain({
  name: 'tasks',
  events: [taskCreated, taskUpdated, taskCompleted, taskDeleted],
})

/** An event type of this domain. */
export type TasksEventType = EventTypeOf<typeof tasks>

/** What a publisher says with an event of this type. */
export type TasksEventData<Type extends TasksEventType> = PublishedData<ContractOf<typeof tasks, Type>>
