import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { timerLabel } from './timer-fields.ts'

/** The contract of `timer.resumed`. */
export const timerResumed = defineEvent({
  type: 'timer.resumed',
  version: '1.0',
  description: 'A halted timer runs again.',
  data: z.object({
    timerId: id().describe('The timer'),
    remainingSeconds: z.int().nonnegative().describe('How long it still has to run, in seconds'),
    label: timerLabel.optional().describe('What the household calls it'),
    endsAt: time().optional().describe('When it rings unless it is paused again'),
    resumedBy: id().optional().describe('The member who let it go on'),
  }),
  example: {
    timerId: 'timer-001',
    remainingSeconds: 410,
    label: 'Pasta',
    endsAt: '2025-10-09T18:14:30.000Z',
    resumedBy: 'user-002',
  },
})

/** What a publisher says with `timer.resumed`. */
export type TimerResumedData = PublishedData<typeof timerResumed>
