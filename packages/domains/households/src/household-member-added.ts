import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { memberRole } from './member-fields.ts'

/** The contract of `household.member.added`. */
export const householdMemberAdded = defineEvent({
  type: 'household.member.added',
  version: '1.0',
  description: 'A user became a member of the household.',
  data: z.object({
    memberId: id().describe('The user who joined'),
    role: memberRole.optional().describe('What the member may do; absent means adult'),
    displayName: z.string().min(1).optional().describe('What the others call the member'),
    via: openEnum(['founding', 'invitation', 'link', 'added-by-adult']).optional().describe('How the member came in'),
    addedBy: id().optional().describe('The member who invited or added this one'),
  }),
  example: {
    memberId: 'user-002',
    role: 'adult',
    displayName: 'Sam',
    via: 'invitation',
    addedBy: 'user-001',
  },
})

/** What a publisher says with `household.member.added`. */
export type HouseholdMemberAddedData = PublishedData<typeof householdMemberAdded>
