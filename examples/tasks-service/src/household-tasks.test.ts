import { createTasksTest, type TasksTest } from '@house-helper/tasks/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHouseholdTasks, type HouseholdTasks } from './household-tasks.ts'

const caller = { householdId: 'household-001', userId: 'user-001' }

let world: TasksTest
let tasks: HouseholdTasks

beforeEach(async () => {
  world = await createTasksTest({ source: 'tasks-service' })
  tasks = createHouseholdTasks(world.publisher)
})

afterEach(() => world.close())

describe('the tasks of a household', () => {
  it('are announced when they are planned', async () => {
    await world
      .given()
      .when(() => tasks.create(caller, { title: 'Sweep the stairs', points: 15 }))
      .then({
        published: [
          { type: 'task.created', ...caller, source: 'tasks-service', data: { title: 'Sweep the stairs', points: 15 } },
        ],
      })
  })

  it('are announced when they are done, once', async () => {
    const { taskId } = await tasks.create(caller, { title: 'Sweep', points: 15 })
    const complete = async (): Promise<void> => {
      await Promise.all([tasks.complete(caller, taskId), tasks.complete(caller, taskId)])
    }
    await world
      .given()
      .when(complete)
      .then({ published: [{ type: 'task.completed', data: { taskId, points: 15, completedBy: 'user-001' } }] })
  })

  it('are done only for the household that they are of', async () => {
    const { taskId } = await tasks.create(caller, { title: 'Sweep' })
    expect(await tasks.complete({ ...caller, householdId: 'household-002' }, taskId)).toBeUndefined()
    expect(await world.published('task.completed')).toEqual([])
  })

  it('are not planned where the contract refuses them', async () => {
    await expect(tasks.create(caller, { title: '' })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    expect(await world.published()).toEqual([])
  })
})
