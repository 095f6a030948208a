import { bills } from '@house-helper/bills'
import { billsEvent } from '@house-helper/bills/testing'
import { createTasksTest, foreignTasksEvent, type TasksTest, tasksEvent } from '@house-helper/tasks/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awardHandlers } from './awards.ts'
import { createPointsLedger, type PointsLedger } from './ledger.ts'

let ledger: PointsLedger
let announced: string[]
let world: TasksTest<typeof bills>

beforeEach(async () => {
  ledger = createPointsLedger()
  announced = []
  const on = awardHandlers(ledger, ({ userId, points }, balance) => announced.push(`${userId} +${points} = ${balance}`))
  world = await createTasksTest({ on, domains: [bills] })
})

afterEach(() => world.close())

describe('points-service', () => {
  it('gives points for completed tasks and paid bills alike', async () => {
    const task = tasksEvent('task.completed', { points: 15, completedBy: 'user-001' })
    const bill = billsEvent('bill.paid', {
      paidBy: 'user-001',
      paidAt: '2026-01-02T03:04:05.678Z',
      dueOn: '2026-01-31',
    })
    await world
      .given([task])
      .when(bill)
      .then({ handled: [bill], published: [] })
    expect(announced).toEqual(['user-001 +15 = 15', 'user-001 +10 = 25'])
  })

  it('gives points once for an event that comes twice', async () => {
    const event = tasksEvent('task.completed', { points: 15, completedBy: 'user-001' })
    await world.deliver(event, { times: 2 })
    await world.idle()
    expect(ledger.balance('household-001', 'user-001')).toBe(15)
    expect(announced).toHaveLength(1)
  })

  it('gives points for a task that the Go service completed', async () => {
    const event = foreignTasksEvent('task.completed', { points: 5, completedBy: 'user-002', room: 'kitchen' })
    await world.deliver(event)
    await world.handled(event)
    expect(ledger.balance('household-001', 'user-002')).toBe(5)
  })
})

describe('points-service without a ledger that works', () => {
  it('tries an event again, and gives it up in the end', async () => {
    const broken: PointsLedger = {
      ...ledger,
      give: () => {
        throw new Error('the ledger is away')
      },
    }
    await using away = await createTasksTest({ on: awardHandlers(broken, () => {}), domains: [bills] })
    const event = tasksEvent('task.completed')
    await away.deliver(event)
    await away.clock.advance(60_000)
    expect(await away.deadLetters()).toMatchObject([
      {
        event: { id: event.id },
        attempts: 5,
        failure: { code: 'HANDLER_FAILED', message: expect.stringContaining('the ledger is away') },
      },
    ])
  })
})
