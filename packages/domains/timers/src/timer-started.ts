import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { timerAbout, timerKind, timerLabel } from './timer-fields.ts'

/** The contract of `timer.started`. */
export const timerStarted = defineEvent({
  type: 'timer.started',
  version: '1.0',
  description: 'A timer was set and runs.',
  data: z.object({
    timerId: id().describe('The timer'),
    durationSeconds: z.int().positive().describe('How long it runs, in seconds'),
    label: timerLabel.optional().describe('What the household calls it'),
    kind: timerKind.optional().describe('What it is for'),
    about: timerAbout.optional().describe('What it belongs to'),
    endsAt: time().optional().describe('When it rings unless it is paused'),
    startedBy: id().optional().describe('The member who set it'),
  }),
  example: {
    timerId: 'timer-001',
    durationSeconds: 720,
    label: 'Pasta',
    kind: 'cooking',
    endsAt: '2025-10-09T18:12:00.000Z',
    startedBy: 'user-001',
  },
})

/** What a publisher says with `timer.started`. */
export type TimerStartedData = PublishedData<typeof timerStarted>
