import { defineEvent, id, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `household.created`. The household itself is the envelope’s `householdId`. */
export const householdCreated = defineEvent({
  type: 'household.created',
  version: '1.0',
  description: 'A household was founded.',
  data: z.object({
    name: z.string().min(1).describe('What its members call it'),
    createdBy: id().describe('The user who founded it and owns it'),
    timeZone: z.string().min(1).optional().describe('Its IANA time zone, such as Europe/Berlin'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .optional()
      .describe('The ISO 4217 code of the money that it reckons in'),
    locale: z.string().min(2).optional().describe('Its BCP 47 language tag, such as de-DE'),
  }),
  example: {
    name: 'The Garden Flat',
    createdBy: 'user-001',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    locale: 'de-DE',
  },
})

/** What a publisher says with `household.created`. */
export type HouseholdCreatedData = PublishedData<typeof householdCreated>
