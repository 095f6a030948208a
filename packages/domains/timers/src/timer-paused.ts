import { defineEvent, id, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'
import { timerLabel } from './timer-fields.ts'

/** The contract of `timer.paused`. */
export const timerPaused = defineEvent({
  type: 'timer.paused',
  version: '1.0',
  description: 'A running timer was halted.',
  data: z.object({
    timerId: id().describe('The timer'),
    remainingSeconds: z.int().nonnegative().describe('How long it still has to run, in seconds'),
    label: timerLabel.optional().describe('What the household calls it'),
    pausedBy: id().optional().describe('The member who halted it'),
  }),
  example: { timerId: 'timer-001', remainingSeconds: 410, label: 'Pasta', pausedBy: 'user-001' },
})

/** What a publisher says with `timer.paused`. */
export type TimerPausedData = PublishedData<typeof timerPaused>
