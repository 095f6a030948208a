import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { itemAdded } from './item-added.ts'
import { itemPurchased } from './item-purchased.ts'
import { itemRemoved } from './item-removed.ts'
import { itemUpdated } from './item-updated.ts'
import { listCompleted } from './list-completed.ts'
import { listCreated } from './list-created.ts'

/** The domain `shopping`: every contract of the topic `house-helper.shopping`. */
export const shopping = defineDomain({
  name: 'shopping',
  events: [itemAdded, itemUpdated, itemPurchased, itemRemoved, listCreated, listCompleted],
})

/** An event type of this domain. */
export type ShoppingEventType = EventTypeOf<typeof shopping>

/** What a publisher says with an event of this type. */
export type ShoppingEventData<Type extends ShoppingEventType> = PublishedData<ContractOf<typeof shopping, Type>>
