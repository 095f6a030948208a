import { id, openEnum, time } from '@house-helper/events-core'
import { z } from 'zod'

/** Where a task stands. */
export const taskStatus = openEnum(['pending', 'in-progress', 'completed', 'skipped'])

/** How much a task matters. */
export const taskPriority = openEnum(['low', 'normal', 'high', 'urgent'])

/** The members who are to do a task. */
export const taskAssignees = z.array(id().describe('A member')).describe('The members who are to do it')

/** The rule by which a task comes again. */
export const taskRecurrence = z.object({
  frequency: openEnum(['daily', 'weekly', 'monthly', 'yearly']).describe('The unit of the interval'),
  interval: z.int().min(1).describe('Every how many units: 2 with weekly is every other week'),
  weekdays: z
    .array(z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']).describe('A day'))
    .optional()
    .describe('The days of a weekly task; absent means the day it was first due'),
  until: time().optional().describe('When it stops coming again; absent means never'),
})
