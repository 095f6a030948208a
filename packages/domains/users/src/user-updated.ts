import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

const changes = z.object({
  displayName: z.string().min(1).optional().describe('What the user wants to be called now'),
  locale: z.string().min(2).optional().describe('The user’s BCP 47 language tag now'),
  timeZone: z.string().min(1).optional().describe('The user’s IANA time zone now'),
})

/** The contract of `user.updated`: it names every field that changed, and gives the values that anybody may see. */
export const userUpdated = defineEvent({
  type: 'user.updated',
  version: '1.0',
  subject: 'user',
  description: 'A user’s account was changed.',
  data: z.object({
    changedFields: z
      .array(
        openEnum([
          'display-name',
          'locale',
          'time-zone',
          'avatar',
          'email',
          'phone',
          'password',
          'passkeys',
          'second-factor',
          'notification-settings',
        ]).describe('A field'),
      )
      .min(1)
      .describe('The fields that changed, those included whose values do not belong on the wire'),
    changes: changes.optional().describe('The new values that anybody may see'),
    updatedBy: id().optional().describe('Who changed it, where it was not the user: support, or an adult for a child'),
  }),
  example: { changedFields: ['display-name', 'avatar'], changes: { displayName: 'Sammy' } },
})

/** What a publisher says with `user.updated`. */
export type UserUpdatedData = PublishedData<typeof userUpdated>
