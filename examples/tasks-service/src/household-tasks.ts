import { randomUUID } from 'node:crypto'
import type { TaskCreatedData, TasksPublisher } from '@house-helper/tasks'

/** Who asks, and for which household. */
export interface Caller {
  readonly householdId: string
  readonly userId: string
}

/** A task as this service keeps it. */
export interface Task {
  readonly taskId: string
  readonly title: string
  readonly points: number | undefined
}

/** The open tasks of all households. A service of its own would keep them in a database. */
export interface HouseholdTasks {
  /** Plans a task. Rejects with `EVENT_INVALID` when the request is not what `task.created` needs. */
  create(caller: Caller, request: Omit<TaskCreatedData, 'taskId' | 'createdBy'>): Promise<Task>
  /** Completes a task, or gives undefined where the household has no such open task. */
  complete(caller: Caller, taskId: string): Promise<Task | undefined>
}

/** Creates the tasks of all households; every change is published before it holds. */
export function createHouseholdTasks(publisher: TasksPublisher): HouseholdTasks {
  const open = new Map<string, Task>()
  return {
    create: async (caller, request) => {
      const taskId = `task-${randomUUID()}`
      await publisher.publish('task.created', { ...request, taskId, createdBy: caller.userId }, caller)
      const task = { taskId, title: request.title, points: request.points }
      open.set(placeOf(caller, taskId), task)
      return task
    },
    complete: async (caller, taskId) => {
      const place = placeOf(caller, taskId)
      const task = open.get(place)
      if (task === undefined) return undefined
      // Taken out first: of two requests at once, one completes the task.
      open.delete(place)
      try {
        await publisher.publish('task.completed', completion(task, caller), caller)
      } catch (error) {
        open.set(place, task)
        throw error
      }
      return task
    },
  }
}

function completion({ taskId, title, points }: Task, { userId }: Caller) {
  return {
    taskId,
    title,
    status: 'completed',
    completedBy: userId,
    completedAt: new Date().toISOString(),
    ...(points === undefined ? undefined : { points }),
  } as const
}

function placeOf({ householdId }: Caller, taskId: string): string {
  return `${householdId}/${taskId}`
}
