import { defineEvent, id, openEnum, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { cycleMachine, cyclePhases } from './cycle-fields.ts'

/** The contract of `laundry.dry.complete`. */
export const laundryDryComplete = defineEvent({
  type: 'laundry.dry.complete',
  version: '1.0',
  description: 'The drying of a laundry cycle is done; the load can be folded.',
  data: z.object({
    cycleId: id().describe('The cycle'),
    machine: cycleMachine.optional().describe('The dryer; absent where it dried on a line or rack'),
    method: openEnum(['tumble', 'line', 'rack']).optional().describe('How it was dried'),
    phases: cyclePhases.optional().describe('What was done, in its order, and how long it took'),
    dryMinutes: z.int().nonnegative().optional().describe('How long the drying took, in minutes'),
    energyWattHours: z.int().nonnegative().optional().describe('The energy used, in watt-hours'),
    completedAt: time().describe('When the drying was done'),
    startedBy: id().optional().describe('The member who had started it'),
  }),
  example: {
    cycleId: 'cycle-001',
    machine: { machineId: 'dryer-001', kind: 'dryer' },
    method: 'tumble',
    dryMinutes: 75,
    energyWattHours: 1650,
    completedAt: '2025-10-09T12:40:00.000Z',
  },
})

/** What a publisher says with `laundry.dry.complete`. */
export type LaundryDryCompleteData = PublishedData<typeof laundryDryComplete>
