import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { taskAssignees, taskPriority, taskRecurrence, taskStatus } from './task-fields.ts'

const changes = z.object({
  title: z.string().min(1).optional().describe('The new title'),
  description: z.string().nullable().optional().describe('The new description; null where it was taken away'),
  status: taskStatus.optional().describe('Where it stands now'),
  assignees: taskAssignees.optional(),
  dueAt: time().nullable().optional().describe('When it has to be done now; null where it has no date any more'),
  priority: taskPriority.optional().describe('How much it matters now'),
  points: z.int().nonnegative().nullable().optional().describe('What it is worth now; null where it is worth nothing'),
  recurrence: taskRecurrence.nullable().optional().describe('How it comes again now; null where it is once only'),
  room: z.string().min(1).nullable().optional().describe('Where it is done now; null where that is left open'),
})

/**
 * The contract of `task.updated`.
 *
 * `changes` is optional, with `title` and `status` beside it, because the Go service writes every task event with the same
 * flat data and does not say what changed.
 */
export const taskUpdated = defineEvent({
  type: 'task.updated',
  version: '1.0',
  description: 'A task was changed without being completed.',
  data: z.object({
    taskId: id().describe('The task'),
    title: z.string().min(1).optional().describe('Its title after the change'),
    status: taskStatus.optional().describe('Where it stands after the change'),
    changes: changes
      .optional()
      .describe('The new value of each field that changed; absent where the publisher does not say'),
    updatedBy: id().optional().describe('The member who changed it'),
  }),
  example: {
    taskId: 'task-001',
    title: 'Take out trash',
    changes: { dueAt: '2025-10-10T18:00:00.000Z', assignees: ['user-002'] },
    updatedBy: 'user-001',
  },
})

/** What a publisher says with `task.updated`. */
export type TaskUpdatedData = PublishedData<typeof taskUpdated>
