import { describe, expect, it } from 'vitest'
import { billAward, taskAward } from './awards.ts'
import { createPointsLedger } from './ledger.ts'

const fields = {
  id: 'event-001',
  source: 'test',
  householdId: 'household-001',
  timestamp: '2026-01-02T03:04:05.678Z',
  version: '1.0',
  metadata: {},
  correlationId: 'event-001',
  causationId: undefined,
} as const

describe('a completed task', () => {
  const data = { taskId: 'task-001', title: 'Sweep', completedBy: 'user-001', completedAt: fields.timestamp }

  it('earns what it says that it is worth', () => {
    const award = taskAward({ ...fields, type: 'task.completed', data: { ...data, points: 25 } })
    expect(award).toEqual({ householdId: 'household-001', userId: 'user-001', points: 25, reason: 'Sweep' })
  })

  it('earns 10 points where it does not say', () => {
    expect(taskAward({ ...fields, type: 'task.completed', data })).toMatchObject({ points: 10 })
  })
})

describe('a paid bill', () => {
  const amount = { amount: 8450, currency: 'EUR' }
  const data = { billId: 'bill-001', amount, paidBy: 'user-002', paidAt: '2026-01-02T03:04:05.678Z' }

  it.each([
    ['earns 10 points on its last day', '2026-01-02', 10],
    ['earns 5 points a day late', '2026-01-01', 5],
    ['earns 5 points where nobody knows when it was due', undefined, 5],
  ])('%s', (_, dueOn, points) => {
    const due = dueOn === undefined ? undefined : { dueOn }
    expect(billAward({ ...fields, type: 'bill.paid', data: { ...data, ...due } })).toMatchObject({ points })
  })
})

describe('the ledger', () => {
  it('gives points for an event once', () => {
    const ledger = createPointsLedger()
    const award = { householdId: 'household-001', userId: 'user-001', points: 10, reason: 'Sweep' }
    expect(ledger.give('event-001', award)).toBe(10)
    expect(ledger.give('event-001', award)).toBeUndefined()
    expect(ledger.give('event-002', award)).toBe(20)
    expect(ledger.balance('household-001', 'user-001')).toBe(20)
    expect(ledger.balance('household-002', 'user-001')).toBe(0)
  })
})
