import { openEnum } from '@house-helper/events-core'
import { z } from 'zod'

/** How much of an item. */
export const itemQuantity = z.object({
  value: z.number().positive().describe('How many units; 1.5 with kg is 1,500 g'),
  unit: openEnum(['piece', 'pack', 'bottle', 'can', 'bunch', 'g', 'kg', 'ml', 'l']).describe('The unit'),
})

/** The part of the shop where an item is found. */
export const itemCategory = openEnum([
  'produce',
  'bakery',
  'dairy',
  'meat-and-fish',
  'frozen',
  'pantry',
  'drinks',
  'household',
  'personal-care',
  'baby',
  'pets',
  'other',
])
