import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `household.activity`: a line of the household’s feed, for people; services handle the events beneath. */
export const householdActivity = defineEvent({
  type: 'household.activity',
  version: '1.0',
  description: 'Something happened in the household that its members see in their feed.',
  data: z.object({
    kind: openEnum([
      'task-done',
      'shopping-done',
      'bill-paid',
      'laundry-ready',
      'timer-rang',
      'member-joined',
      'member-left',
      'milestone',
      'other',
    ]).describe('What sort of line it is'),
    summary: z.string().min(1).optional().describe('The line as its members read it'),
    actorId: id().optional().describe('The member who did it; absent where a machine or the app did'),
    about: z
      .object({
        kind: openEnum(['task', 'shopping-list', 'bill', 'laundry', 'timer', 'member']).describe(
          'What kind of thing it is',
        ),
        id: id().describe('Which one'),
      })
      .optional()
      .describe('What the line leads to'),
  }),
  example: {
    kind: 'task-done',
    summary: 'Sam took out the trash',
    actorId: 'user-001',
    about: { kind: 'task', id: 'task-001' },
  },
})

/** What a publisher says with `household.activity`. */
export type HouseholdActivityData = PublishedData<typeof householdActivity>
