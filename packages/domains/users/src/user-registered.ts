import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/**
 * The contract of `user.registered`. The user is the envelope’s `userId`.
 *
 * Mail addresses and telephone numbers stay with the users service: whoever needs one asks for it there.
 */
export const userRegistered = defineEvent({
  type: 'user.registered',
  version: '1.0',
  subject: 'user',
  description: 'Somebody opened an account.',
  data: z.object({
    method: openEnum(['email', 'passkey', 'google', 'apple', 'microsoft', 'invitation']).describe(
      'How the account was opened',
    ),
    displayName: z.string().min(1).optional().describe('What the user wants to be called'),
    locale: z.string().min(2).optional().describe('The user’s BCP 47 language tag, such as de-DE'),
    timeZone: z.string().min(1).optional().describe('The user’s IANA time zone, such as Europe/Berlin'),
    invitedBy: id().optional().describe('The user whose invitation led here'),
  }),
  example: { method: 'invitation', displayName: 'Sam', locale: 'de-DE', invitedBy: 'user-001' },
})

/** What a publisher says with `user.registered`. */
export type UserRegisteredData = PublishedData<typeof userRegistered>
