import { id, openEnum } from '@house-helper/events-core'
import { z } from 'zod'

/** What a timer is for. */
export const timerKind = openEnum([
  'cooking',
  'laundry',
  'cleaning',
  'homework',
  'screen-time',
  'medication',
  'focus',
  'other',
])

/** A timer's label. */
export const timerLabel = z.string().min(1)

/** What a timer belongs to. */
export const timerAbout = z.object({
  kind: openEnum(['task', 'laundry', 'recipe']).describe('What kind of thing it is'),
  id: id().describe('Which one'),
})
