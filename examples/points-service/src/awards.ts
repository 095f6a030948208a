import { type BillsEvent, onBills } from '@house-helper/bills'
import { type HandlerSet, onTasks, type TasksEvent } from '@house-helper/tasks'
import type { Award, PointsLedger } from './ledger.ts'

const pointsForTask = 10
const pointsForBill = 5
const pointsForPunctuality = 5

/** Handles what earns points: tasks that are done and bills that are paid. */
export function awardHandlers(ledger: PointsLedger, announce: (award: Award, balance: number) => void): HandlerSet[] {
  const give = (eventId: string, award: Award): void => {
    const balance = ledger.give(eventId, award)
    if (balance !== undefined) announce(award, balance)
  }
  return [
    onTasks({ 'task.completed': (event) => give(event.id, taskAward(event)) }),
    onBills({ 'bill.paid': (event) => give(event.id, billAward(event)) }),
  ]
}

/** What a task says that it is worth, for the member who did it. */
export function taskAward({ householdId, data }: TasksEvent<'task.completed'>): Award {
  return { householdId, userId: data.completedBy, points: data.points ?? pointsForTask, reason: data.title }
}

/** Points for paying a bill, and more for paying it in time. */
export function billAward({ householdId, data }: BillsEvent<'bill.paid'>): Award {
  const inTime = data.dueOn !== undefined && data.paidAt.slice(0, 10) <= data.dueOn
  const points = inTime ? pointsForBill + pointsForPunctuality : pointsForBill
  return { householdId, userId: data.paidBy, points, reason: data.title ?? 'A bill' }
}
