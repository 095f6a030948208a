import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { notificationChannel } from './notification-fields.ts'

const relatedEvent = z.object({
  id: id().describe('The event’s id'),
  type: z.string().min(1).describe('The event’s type, such as bill.overdue'),
})

/** The contract of `notification.sent`. The user is the envelope’s `userId`. */
export const notificationSent = defineEvent({
  type: 'notification.sent',
  version: '1.0',
  subject: 'user',
  description: 'A notification was handed to its channel for a user.',
  data: z.object({
    notificationId: id().describe('The notification'),
    channel: notificationChannel.describe('The way it goes'),
    template: z.string().min(1).describe('The template that it was written from, such as bill-overdue'),
    title: z.string().min(1).optional().describe('The line that the user sees first'),
    relatedEvent: relatedEvent.optional().describe('The event that it is about'),
    deviceId: id().optional().describe('The device that it goes to'),
    priority: openEnum(['silent', 'normal', 'urgent']).optional().describe('How loud it is; absent means normal'),
  }),
  example: {
    notificationId: 'notification-001',
    channel: 'push',
    template: 'bill-overdue',
    title: 'Internet is overdue',
    relatedEvent: { id: '20251009120000-abc123', type: 'bill.overdue' },
    priority: 'urgent',
  },
})

/** What a publisher says with `notification.sent`. */
export type NotificationSentData = PublishedData<typeof notificationSent>
