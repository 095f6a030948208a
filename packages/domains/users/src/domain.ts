import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { userLoggedIn } from './user-logged-in.ts'
import { userRegistered } from './user-registered.ts'
import { userUpdated } from './user-updated.ts'

/** The domain `users`: every contract of the topic `house-helper.users`. */
export const users = defineDomain({
  name: 'users',
  events: [userRegistered, userLoggedIn, userUpdated],
})

/** An event type of this domain. */
export type UsersEventType = EventTypeOf<typeof users>

/** What a publisher says with an event of this type. */
export type UsersEventData<Type extends UsersEventType> = PublishedData<ContractOf<typeof users, Type>>
