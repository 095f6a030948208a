import { describe, expectTypeOf, it } from 'vitest'
import { createNotificationsPublisher, type NotificationsPublisher, onNotifications } from './index.ts'

const user = { userId: 'user-001' }
const good = { notificationId: 'notification-001', channel: 'push', template: 'bill-overdue' } as const
const incomplete = { notificationId: 'notification-001', channel: 'push' } as const
declare const notifications: NotificationsPublisher

describe('a publisher of notifications', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createNotificationsPublisher).returns.toEqualTypeOf<NotificationsPublisher>()
    void notifications.publish('notification.sent', good, user)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no notification.delivered
    void notifications.publish('notification.delivered', good, user)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error template is missing
    void notifications.publish('notification.sent', incomplete, user)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no body
    void notifications.publish('notification.sent', { ...good, body: 'Pay!' }, user)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such channel
    void notifications.publish('notification.sent', { ...good, channel: 'pigeon' }, user)
  })

  it('refuses an event without its user', () => {
    // @ts-expect-error userId is missing
    void notifications.publish('notification.sent', good, { householdId: 'household-001' })
  })
})

describe('handlers of notifications', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onNotifications({
      'notification.sent': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'notification.sent'>()
        expectTypeOf(event.userId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.channel>>()
        // @ts-expect-error the contract has no body
        void event.data.body
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no notification.delivered
    onNotifications({ 'notification.delivered': () => undefined })
  })
})
