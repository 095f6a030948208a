import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { laundryDryComplete } from './laundry-dry-complete.ts'
import { laundryStarted } from './laundry-started.ts'
import { laundryWashComplete } from './laundry-wash-complete.ts'

/** The domain `laundry`: every contract of the topic `house-helper.laundry`. */
export const laundry = defineDomain({
  name: 'laundry',
  events: [laundryStarted, laundryWashComplete, laundryDryComplete],
})

/** An event type of this domain. */
export type LaundryEventType = EventTypeOf<typeof laundry>

/** What a publisher says with an event of this type. */
export type LaundryEventData<Type extends LaundryEventType> = PublishedData<ContractOf<typeof laundry, Type>>
