import { openEnum } from '@house-helper/events-core'

/** The way a notification goes. */
export const notificationChannel = openEnum(['push', 'email', 'sms', 'in-app', 'speaker'])
