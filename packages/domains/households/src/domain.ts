import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { householdActivity } from './household-activity.ts'
import { householdCreated } from './household-created.ts'
import { householdMemberAdded } from './household-member-added.ts'
import { householdMemberRemoved } from './household-member-removed.ts'

/** The domain `households`: every contract of the topic `house-helper.households`. */
export const households = defineDomain({
  name: 'households',
  events: [householdCreated, householdMemberAdded, householdMemberRemoved, householdActivity],
})

/** An event type of this domain. */
export type HouseholdsEventType = EventTypeOf<typeof households>

/** What a publisher says with an event of this type. */
export type HouseholdsEventData<Type extends HouseholdsEventType> = PublishedData<ContractOf<typeof households, Type>>
