import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

const device = z.object({
  deviceId: id().optional().describe('The device, as the app knows it'),
  kind: openEnum(['phone', 'tablet', 'desktop', 'speaker', 'tv', 'other']).describe('What sort of device it is'),
  platform: openEnum(['ios', 'android', 'web', 'macos', 'windows', 'linux', 'other']).optional().describe('Its system'),
  appVersion: z.string().min(1).optional().describe('The version of the app on it'),
})

/**
 * The contract of `user.logged.in`.
 *
 * It holds no address of a network and no token: `country` is what an audit needs of the one, and nothing of the other.
 */
export const userLoggedIn = defineEvent({
  type: 'user.logged.in',
  version: '1.0',
  subject: 'user',
  description: 'A user proved who they are and began a session.',
  data: z.object({
    method: openEnum(['password', 'passkey', 'magic-link', 'google', 'apple', 'microsoft']).describe(
      'How the user proved it',
    ),
    secondFactor: openEnum(['none', 'totp', 'sms', 'security-key']).optional().describe('The second proof'),
    device: device.optional().describe('The device of the session'),
    newDevice: z.boolean().optional().describe('Whether this user was never seen on this device before'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE')
      .optional()
      .describe('The ISO 3166-1 code of the country that the network address belongs to'),
    sessionId: id().optional().describe('The session’s public id, which opens nothing'),
  }),
  example: {
    method: 'passkey',
    secondFactor: 'none',
    device: { deviceId: 'device-001', kind: 'phone', platform: 'android', appVersion: '4.2.0' },
    newDevice: false,
    country: 'DE',
  },
})

/** What a publisher says with `user.logged.in`. */
export type UserLoggedInData = PublishedData<typeof userLoggedIn>
