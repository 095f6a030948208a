import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { billCreated } from './bill-created.ts'
import { billOverdue } from './bill-overdue.ts'
import { billPaid } from './bill-paid.ts'
import { billUpdated } from './bill-updated.ts'

/** The domain `bills`: every contract of the topic `house-helper.bills`. */
export const bills = defineDomain({
  name: 'bills',
  events: [billCreated, billUpdated, billPaid, billOverdue],
})

/** An event type of this domain. */
export type BillsEventType = EventTypeOf<typeof bills>

/** What a publisher says with an event of this type. */
export type BillsEventData<Type extends BillsEventType> = PublishedData<ContractOf<typeof bills, Type>>
