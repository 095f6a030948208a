import { defineEvent, id, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { timerLabel } from './timer-fields.ts'

/** The contract of `timer.cancelled`. */
export const timerCancelled = defineEvent({
  type: 'timer.cancelled',
  version: '1.0',
  description: 'A timer was ended before it ran out.',
  data: z.object({
    timerId: id().describe('The timer'),
    remainingSeconds: z.int().nonnegative().optional().describe('How long it still had to run, in seconds'),
    label: timerLabel.optional().describe('What the household calls it'),
    cancelledBy: id().optional().describe('The member who ended it'),
  }),
  example: { timerId: 'timer-002', remainingSeconds: 95, label: 'Tea', cancelledBy: 'user-001' },
})

/** What a publisher says with `timer.cancelled`. */
export type TimerCancelledData = PublishedData<typeof timerCancelled>
