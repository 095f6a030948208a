import { describe, expectTypeOf, it } from 'vitest'
import { createTasksPublisher, onTasks, type TasksPublisher } from './index.ts'

const household = { householdId: 'household-001' }
const good = { taskId: 'task-001', title: 'Sweep', priority: 'high' } as const
const incomplete = { taskId: 'task-001' } as const
declare const tasks: TasksPublisher

describe('a publisher of tasks', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createTasksPublisher).returns.toEqualTypeOf<TasksPublisher>()
    void tasks.publish('task.created', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no task.made
    void tasks.publish('task.made', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error title is missing
    void tasks.publish('task.created', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no colour
    void tasks.publish('task.created', { ...good, colour: 'red' }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such priority
    void tasks.publish('task.created', { ...good, priority: 'highest' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void tasks.publish('task.created', good, { userId: 'user-001' })
  })
})

describe('handlers of tasks', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onTasks({
      'task.created': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'task.created'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.priority>>()
        // @ts-expect-error the contract has no colour
        void event.data.colour
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no task.made
    onTasks({ 'task.made': () => undefined })
  })
})
