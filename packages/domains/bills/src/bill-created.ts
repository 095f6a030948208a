import { defineEvent, id, money, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { billCategory, billPayee, billRecurrence, billSplit, calendarDay } from './bill-fields.ts'

/** The contract of `bill.created`. */
export const billCreated = defineEvent({
  type: 'bill.created',
  version: '1.0',
  description: 'A bill came in.',
  data: z.object({
    billId: id().describe('The bill'),
    title: z.string().min(1).describe('What the household calls it'),
    amount: money().describe('What has to be paid'),
    dueOn: calendarDay.describe('The day on which it has to be paid'),
    payee: billPayee.optional().describe('Who is paid'),
    category: billCategory.optional().describe('What it is for'),
    split: billSplit.optional().describe('Who bears which part; absent means that it is not split'),
    recurrence: billRecurrence.optional().describe('How it comes again; absent means once'),
    autoPay: z.boolean().optional().describe('Whether it is collected without anybody doing anything; absent means no'),
    note: z.string().optional().describe('What the household has to know'),
    createdBy: id().optional().describe('The member who entered it'),
  }),
  example: {
    billId: 'bill-001',
    title: 'Electricity October',
    amount: { amount: 8450, currency: 'EUR' },
    dueOn: '2025-10-20',
    payee: { name: 'City Power', reference: '2025-10-4711' },
    category: 'electricity',
    split: [
      { memberId: 'user-001', share: { amount: 4225, currency: 'EUR' } },
      { memberId: 'user-002', share: { amount: 4225, currency: 'EUR' } },
    ],
    recurrence: { frequency: 'monthly', interval: 1 },
    createdBy: 'user-001',
  },
})

/** What a publisher says with `bill.created`. */
export type BillCreatedData = PublishedData<typeof billCreated>
