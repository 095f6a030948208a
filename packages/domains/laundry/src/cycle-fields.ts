import { id, openEnum } from '@house-helper/events-core'
import { z } from 'zod'

/** The machine that a cycle runs in. */
export const cycleMachine = z.object({
  machineId: id().describe('The machine'),
  name: z.string().min(1).optional().describe('What the household calls it'),
  kind: openEnum(['washer', 'dryer', 'washer-dryer']).optional().describe('What it can do'),
})

/** What is in the drum. */
export const cycleLoad = z.object({
  kind: openEnum(['whites', 'colours', 'darks', 'delicates', 'bedding', 'towels', 'sportswear', 'mixed']).describe(
    'What sort of laundry it is',
  ),
  weightGrams: z.int().positive().optional().describe('What it weighs dry, in grams'),
  ownerIds: z.array(id().describe('A member')).optional().describe('The members whose laundry it is'),
})

/** The program of a washing machine. */
export const washProgram = openEnum(['cotton', 'eco', 'synthetics', 'delicates', 'wool', 'quick', 'hygiene', 'rinse'])

/** One phase of a cycle and how long it takes. */
const cyclePhase = z.object({
  phase: openEnum(['soak', 'wash', 'rinse', 'spin', 'dry', 'cool-down']).describe('The phase'),
  durationMinutes: z.int().nonnegative().describe('How long it takes, in minutes'),
})

/** The phases of a cycle in their order. */
export const cyclePhases = z.array(cyclePhase.describe('A phase'))
