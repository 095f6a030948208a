import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `shopping.item.removed`. */
export const itemRemoved = defineEvent({
  type: 'shopping.item.removed',
  version: '1.0',
  description: 'An item was taken off a shopping list without being bought.',
  data: z.object({
    itemId: id().describe('The item'),
    listId: id().describe('The list that it was on'),
    name: z.string().min(1).optional().describe('What it was'),
    removedBy: id().optional().describe('The member who removed it'),
    reason: openEnum(['not-needed', 'out-of-stock', 'too-expensive', 'duplicate', 'other'])
      .optional()
      .describe('Why it was removed'),
  }),
  example: {
    itemId: 'item-002',
    listId: 'list-001',
    name: 'Strawberries',
    removedBy: 'user-002',
    reason: 'out-of-stock',
  },
})

/** What a publisher says with `shopping.item.removed`. */
export type ItemRemovedData = PublishedData<typeof itemRemoved>
