import { defineEvent, id, openEnum, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { cycleMachine, cyclePhases } from './cycle-fields.ts'

/** The contract of `laundry.wash.complete`. */
export const laundryWashComplete = defineEvent({
  type: 'laundry.wash.complete',
  version: '1.0',
  description: 'The washing of a laundry cycle is done; the load is wet.',
  data: z.object({
    cycleId: id().describe('The cycle'),
    machine: cycleMachine.optional().describe('The machine that it ran in'),
    phases: cyclePhases.optional().describe('What was done, in its order, and how long it took'),
    energyWattHours: z.int().nonnegative().optional().describe('The energy used, in watt-hours'),
    waterLitres: z.number().nonnegative().optional().describe('The water used, in litres'),
    next: openEnum(['tumble-dry', 'line-dry', 'none']).optional().describe('What is to be done with the wet load'),
    completedAt: time().describe('When the washing was done'),
    startedBy: id().optional().describe('The member who had started it'),
  }),
  example: {
    cycleId: 'cycle-001',
    machine: { machineId: 'washer-001', kind: 'washer' },
    phases: [
      { phase: 'wash', durationMinutes: 96 },
      { phase: 'rinse', durationMinutes: 30 },
      { phase: 'spin', durationMinutes: 12 },
    ],
    energyWattHours: 540,
    waterLitres: 48.5,
    next: 'tumble-dry',
    completedAt: '2025-10-09T11:18:00.000Z',
  },
})

/** What a publisher says with `laundry.wash.complete`. */
export type LaundryWashCompleteData = PublishedData<typeof laundryWashComplete>
