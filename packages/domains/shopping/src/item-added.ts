import { defineEvent, id, money, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { itemCategory, itemQuantity } from './item-fields.ts'

/** The contract of `shopping.item.added`. */
export const itemAdded = defineEvent({
  type: 'shopping.item.added',
  version: '1.0',
  description: 'An item was put on a shopping list.',
  data: z.object({
    itemId: id().describe('The item'),
    listId: id().describe('The list that it is on'),
    name: z.string().min(1).describe('What is to be bought'),
    quantity: itemQuantity.optional().describe('How much of it; absent means one'),
    category: itemCategory.optional().describe('Where in the shop it is found'),
    brand: z.string().min(1).optional().describe('The brand that is wanted'),
    note: z.string().optional().describe('What the buyer has to know'),
    estimatedPrice: money().optional().describe('What it will cost altogether, as far as is known'),
    neededBy: time().optional().describe('When it has to be in the house'),
    addedBy: id().optional().describe('The member who added it'),
  }),
  example: {
    itemId: 'item-001',
    listId: 'list-001',
    name: 'Oat milk',
    quantity: { value: 2, unit: 'l' },
    category: 'drinks',
    estimatedPrice: { amount: 398, currency: 'EUR' },
    addedBy: 'user-001',
  },
})

/** What a publisher says with `shopping.item.added`. */
export type ItemAddedData = PublishedData<typeof itemAdded>
