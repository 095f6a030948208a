import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `shopping.list.created`. */
export const listCreated = defineEvent({
  type: 'shopping.list.created',
  version: '1.0',
  description: 'A shopping list was started.',
  data: z.object({
    listId: id().describe('The list'),
    name: z.string().min(1).describe('What the household calls it'),
    store: z.string().min(1).optional().describe('The shop that it is meant for'),
    plannedFor: time().optional().describe('When somebody means to go'),
    assignedTo: id().optional().describe('The member who is to go'),
    createdBy: id().optional().describe('The member who created it'),
  }),
  example: { listId: 'list-001', name: 'Weekend', plannedFor: '2025-10-11T09:00:00.000Z', createdBy: 'user-001' },
})

/** What a publisher says with `shopping.list.created`. */
export type ListCreatedData = PublishedData<typeof listCreated>
