import { id, money, openEnum } from '@house-helper/events-core'
import { z } from 'zod'

/** What a bill is for. */
export const billCategory = openEnum([
  'rent',
  'mortgage',
  'electricity',
  'gas',
  'water',
  'internet',
  'phone',
  'insurance',
  'subscription',
  'childcare',
  'tax',
  'repair',
  'other',
])

/** A calendar day; a bill is due on a day, wherever the household is. */
export const calendarDay = z.iso.date()

/** Who is paid. Account numbers stay with the bills service. */
export const billPayee = z.object({
  name: z.string().min(1).describe('The name'),
  reference: z.string().optional().describe('What the payee wants to see on the payment, such as an invoice number'),
})

/** Who bears which part of a bill. The parts add up to the amount, which the bills service sees to. */
export const billSplit = z.array(
  z
    .object({ memberId: id().describe('The member'), share: money().describe('The part that this member bears') })
    .describe('One member’s part'),
)

/** The rule by which a bill comes again. */
export const billRecurrence = z.object({
  frequency: openEnum(['weekly', 'monthly', 'quarterly', 'yearly']).describe('The unit of the interval'),
  interval: z.int().min(1).describe('Every how many units: 2 with monthly is every other month'),
  until: calendarDay.optional().describe('The last day on which it may be due; absent means no end'),
})
