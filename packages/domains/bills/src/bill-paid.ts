import { defineEvent, id, money, openEnum, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { calendarDay } from './bill-fields.ts'

/** The contract of `bill.paid`. */
export const billPaid = defineEvent({
  type: 'bill.paid',
  version: '1.0',
  description: 'A bill was paid, in full or in part.',
  data: z.object({
    billId: id().describe('The bill'),
    title: z.string().min(1).optional().describe('What the household calls it'),
    amount: money().describe('What was paid'),
    remaining: money().optional().describe('What is still to be paid; absent means nothing'),
    dueOn: calendarDay.optional().describe('The day on which it had to be paid'),
    method: openEnum(['transfer', 'direct-debit', 'card', 'cash', 'wallet', 'other'])
      .optional()
      .describe('How it was paid'),
    paidBy: id().describe('The member who paid it'),
    paidAt: time().describe('When it was paid'),
  }),
  example: {
    billId: 'bill-001',
    title: 'Electricity October',
    amount: { amount: 8450, currency: 'EUR' },
    dueOn: '2025-10-20',
    method: 'transfer',
    paidBy: 'user-001',
    paidAt: '2025-10-18T19:30:00.000Z',
  },
})

/** What a publisher says with `bill.paid`. */
export type BillPaidData = PublishedData<typeof billPaid>
