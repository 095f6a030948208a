import { defineEvent, id, money, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { itemCategory, itemQuantity } from './item-fields.ts'

/** The contract of `shopping.item.purchased`. */
export const itemPurchased = defineEvent({
  type: 'shopping.item.purchased',
  version: '1.0',
  description: 'An item on a shopping list was bought.',
  data: z.object({
    itemId: id().describe('The item'),
    listId: id().describe('The list that it was on'),
    name: z.string().min(1).describe('What was bought'),
    quantity: itemQuantity.optional().describe('How much was bought'),
    category: itemCategory.optional().describe('Where in the shop it was found'),
    price: money().optional().describe('What it cost altogether'),
    store: z.string().min(1).optional().describe('The shop'),
    purchasedBy: id().describe('The member who bought it'),
    purchasedAt: time().describe('When it was bought'),
  }),
  example: {
    itemId: 'item-001',
    listId: 'list-001',
    name: 'Oat milk',
    quantity: { value: 2, unit: 'l' },
    price: { amount: 378, currency: 'EUR' },
    store: 'Corner shop',
    purchasedBy: 'user-002',
    purchasedAt: '2025-10-09T16:20:00.000Z',
  },
})

/** What a publisher says with `shopping.item.purchased`. */
export type ItemPurchasedData = PublishedData<typeof itemPurchased>
