import { defineEvent, id, money, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { itemCategory, itemQuantity } from './item-fields.ts'

const changes = z.object({
  listId: id().optional().describe('The list that it was moved to'),
  name: z.string().min(1).optional().describe('What is to be bought now'),
  quantity: itemQuantity.nullable().optional().describe('How much of it now; null where that is left open'),
  category: itemCategory.optional().describe('Where in the shop it is found now'),
  brand: z.string().min(1).nullable().optional().describe('The brand that is wanted now; null where any will do'),
  note: z.string().nullable().optional().describe('What the buyer has to know now; null where nothing'),
  estimatedPrice: money().nullable().optional().describe('What it will cost now; null where unknown'),
  neededBy: time().nullable().optional().describe('When it has to be in the house now; null where any time will do'),
})

/** The contract of `shopping.item.updated`. */
export const itemUpdated = defineEvent({
  type: 'shopping.item.updated',
  version: '1.0',
  description: 'An item on a shopping list was changed.',
  data: z.object({
    itemId: id().describe('The item'),
    listId: id().describe('The list that it was on before the change'),
    changes: changes.describe('The new value of each field that changed'),
    updatedBy: id().optional().describe('The member who changed it'),
  }),
  example: {
    itemId: 'item-001',
    listId: 'list-001',
    changes: { quantity: { value: 3, unit: 'l' }, note: null },
    updatedBy: 'user-002',
  },
})

/** What a publisher says with `shopping.item.updated`. */
export type ItemUpdatedData = PublishedData<typeof itemUpdated>
