import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { memberRole } from './member-fields.ts'

/** The contract of `household.member.removed`. */
export const householdMemberRemoved = defineEvent({
  type: 'household.member.removed',
  version: '1.0',
  description: 'A member left the household or was removed from it.',
  data: z.object({
    memberId: id().describe('The user who is no member any more'),
    role: memberRole.optional().describe('What the member was allowed to do'),
    reason: openEnum(['left', 'removed', 'account-deleted']).optional().describe('Why'),
    removedBy: id().optional().describe('The member who removed this one; absent where the member left'),
  }),
  example: { memberId: 'user-003', role: 'guest', reason: 'removed', removedBy: 'user-001' },
})

/** What a publisher says with `household.member.removed`. */
export type HouseholdMemberRemovedData = PublishedData<typeof householdMemberRemoved>
