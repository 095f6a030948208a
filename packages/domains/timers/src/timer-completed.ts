import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { timerAbout, timerKind, timerLabel } from './timer-fields.ts'

/** The contract of `timer.completed`. */
export const timerCompleted = defineEvent({
  type: 'timer.completed',
  version: '1.0',
  description: 'A timer ran out and rang.',
  data: z.object({
    timerId: id().describe('The timer'),
    durationSeconds: z.int().positive().optional().describe('How long it ran, without its pauses, in seconds'),
    label: timerLabel.optional().describe('What the household calls it'),
    kind: timerKind.optional().describe('What it was for'),
    about: timerAbout.optional().describe('What it belongs to'),
    completedAt: time().optional().describe('When it rang; absent means the time of the event'),
    startedBy: id().optional().describe('The member who had set it'),
  }),
  example: {
    timerId: 'timer-001',
    durationSeconds: 720,
    label: 'Pasta',
    kind: 'cooking',
    completedAt: '2025-10-09T18:14:30.000Z',
  },
})

/** What a publisher says with `timer.completed`. */
export type TimerCompletedData = PublishedData<typeof timerCompleted>
