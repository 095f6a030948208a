import { defineEvent, id, money, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { calendarDay } from './bill-fields.ts'

/** The contract of `bill.overdue`. */
export const billOverdue = defineEvent({
  type: 'bill.overdue',
  version: '1.0',
  description: 'A bill was not paid by the day on which it was due.',
  data: z.object({
    billId: id().describe('The bill'),
    title: z.string().min(1).optional().describe('What the household calls it'),
    amount: money().describe('What is still to be paid'),
    dueOn: calendarDay.describe('The day on which it had to be paid'),
    daysOverdue: z.int().min(1).optional().describe('How many days ago that was'),
    lateFee: money().optional().describe('What the payee adds for being late'),
    responsible: z.array(id().describe('A member')).optional().describe('The members who have to pay it'),
  }),
  example: {
    billId: 'bill-002',
    title: 'Internet',
    amount: { amount: 3999, currency: 'EUR' },
    dueOn: '2025-10-05',
    daysOverdue: 4,
    responsible: ['user-001'],
  },
})

/** What a publisher says with `bill.overdue`. */
export type BillOverdueData = PublishedData<typeof billOverdue>
