import { defineEvent, id, money, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `shopping.list.completed`. */
export const listCompleted = defineEvent({
  type: 'shopping.list.completed',
  version: '1.0',
  description: 'A shopping list was closed: all that will be bought of it is bought.',
  data: z.object({
    listId: id().describe('The list'),
    name: z.string().min(1).optional().describe('What the household calls it'),
    store: z.string().min(1).optional().describe('The shop'),
    itemsPurchased: z.int().nonnegative().optional().describe('How many items were bought'),
    itemsLeft: z.int().nonnegative().optional().describe('How many items were not bought'),
    total: money().optional().describe('What it cost altogether'),
    completedBy: id().optional().describe('The member who closed it'),
    completedAt: time().describe('When it was closed'),
  }),
  example: {
    listId: 'list-001',
    name: 'Weekend',
    itemsPurchased: 7,
    itemsLeft: 1,
    total: { amount: 4275, currency: 'EUR' },
    completedBy: 'user-002',
    completedAt: '2025-10-09T16:45:00.000Z',
  },
})

/** What a publisher says with `shopping.list.completed`. */
export type ListCompletedData = PublishedData<typeof listCompleted>
