import { defineEvent, id, money, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { billCategory, billPayee, billRecurrence, billSplit, calendarDay } from './bill-fields.ts'

const changes = z.object({
  title: z.string().min(1).optional().describe('What the household calls it now'),
  amount: money().optional().describe('What has to be paid now'),
  dueOn: calendarDay.optional().describe('The day on which it has to be paid now'),
  payee: billPayee.nullable().optional().describe('Who is paid now; null where that is left open'),
  category: billCategory.optional().describe('What it is for'),
  split: billSplit.nullable().optional().describe('Who bears which part now; null where it is not split any more'),
  recurrence: billRecurrence.nullable().optional().describe('How it comes again now; null where it is once only'),
  autoPay: z.boolean().optional().describe('Whether it is collected without anybody doing anything now'),
  note: z.string().nullable().optional().describe('What the household has to know now; null where nothing'),
})

/** The contract of `bill.updated`. */
export const billUpdated = defineEvent({
  type: 'bill.updated',
  version: '1.0',
  description: 'A bill was changed without being paid.',
  data: z.object({
    billId: id().describe('The bill'),
    changes: changes.describe('The new value of each field that changed'),
    updatedBy: id().optional().describe('The member who changed it'),
  }),
  example: {
    billId: 'bill-001',
    changes: { amount: { amount: 8230, currency: 'EUR' }, dueOn: '2025-10-25' },
    updatedBy: 'user-002',
  },
})

/** What a publisher says with `bill.updated`. */
export type BillUpdatedData = PublishedData<typeof billUpdated>
