import { defineEvent, id, openEnum, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { notificationChannel } from './notification-fields.ts'

const target = z.object({
  kind: openEnum(['task', 'shopping-list', 'bill', 'laundry', 'timer', 'household', 'settings']).describe(
    'What kind of thing it is',
  ),
  id: id().optional().describe('Which one'),
})

/** The contract of `notification.clicked`. */
export const notificationClicked = defineEvent({
  type: 'notification.clicked',
  version: '1.0',
  subject: 'user',
  description: 'A user opened a notification or pressed one of its buttons.',
  data: z.object({
    notificationId: id().describe('The notification'),
    channel: notificationChannel.optional().describe('The way it had come'),
    action: openEnum(['open', 'done', 'pay', 'snooze', 'dismiss']).optional().describe('What the user pressed'),
    target: target.optional().describe('What the user was led to'),
    clickedAt: time().optional().describe('When; absent means the time of the event'),
  }),
  example: {
    notificationId: 'notification-001',
    channel: 'push',
    action: 'pay',
    target: { kind: 'bill', id: 'bill-002' },
    clickedAt: '2025-10-09T12:03:20.000Z',
  },
})

/** What a publisher says with `notification.clicked`. */
export type NotificationClickedData = PublishedData<typeof notificationClicked>
