import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { notificationClicked } from './notification-clicked.ts'
import { notificationSent } from './notification-sent.ts'

/** The domain `notifications`: every contract of the topic `house-helper.notifications`. */
export const notifications = defineDomain({
  name: 'notifications',
  events: [notificationSent, notificationClicked],
})

/** An event type of this domain. */
export type NotificationsEventType = EventTypeOf<typeof notifications>

/** What a publisher says with an event of this type. */
export type NotificationsEventData<Type extends NotificationsEventType> = PublishedData<
  ContractOf<typeof notifications, Type>
>
