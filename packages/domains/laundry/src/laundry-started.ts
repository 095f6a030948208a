import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { cycleLoad, cycleMachine, cyclePhases, washProgram } from './cycle-fields.ts'

/** The contract of `laundry.started`. */
export const laundryStarted = defineEvent({
  type: 'laundry.started',
  version: '1.0',
  description: 'A laundry cycle was started.',
  data: z.object({
    cycleId: id().describe('The cycle: one load from start to dry'),
    machine: cycleMachine.optional().describe('The machine that it runs in'),
    load: cycleLoad.optional().describe('What is in the drum'),
    program: washProgram.optional().describe('The program'),
    temperatureCelsius: z.int().min(0).max(95).optional().describe('The water’s temperature; 0 is cold'),
    spinRpm: z.int().nonnegative().optional().describe('The speed of the spin, in turns a minute'),
    phases: cyclePhases.optional().describe('What will be done, in its order, and how long it will take'),
    expectedEndAt: time().optional().describe('When the washing will be done'),
    startedBy: id().optional().describe('The member who started it'),
  }),
  example: {
    cycleId: 'cycle-001',
    machine: { machineId: 'washer-001', kind: 'washer' },
    load: { kind: 'colours', weightGrams: 4500 },
    program: 'eco',
    temperatureCelsius: 40,
    spinRpm: 1200,
    phases: [
      { phase: 'wash', durationMinutes: 95 },
      { phase: 'rinse', durationMinutes: 30 },
      { phase: 'spin', durationMinutes: 12 },
    ],
    expectedEndAt: '2025-10-09T11:17:00.000Z',
    startedBy: 'user-001',
  },
})

/** What a publisher says with `laundry.started`. */
export type LaundryStartedData = PublishedData<typeof laundryStarted>
