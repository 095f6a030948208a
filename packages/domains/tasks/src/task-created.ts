import { defineEvent, id, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'
import { taskAssignees, taskPriority, taskRecurrence, taskStatus } from './task-fields.ts'

/** The contract of `task.created`. */
export const taskCreated = defineEvent({
  type: 'task.created',
  version: '1.0',
  description: 'A task was put on the household’s plan.',
  data: z.object({
    taskId: id().describe('The task'),
    title: z.string().min(1).describe('What is to be done, as the household reads it'),
    description: z.string().optional().describe('How it is to be done'),
    status: taskStatus.optional().describe('Where it stands; absent means pending'),
    assignees: taskAssignees.optional(),
    dueAt: time().optional().describe('When it has to be done'),
    priority: taskPriority.optional().describe('How much it matters; absent means normal'),
    points: z.int().nonnegative().optional().describe('What doing it is worth in the household’s points'),
    recurrence: taskRecurrence.optional().describe('How it comes again; absent means once'),
    room: z.string().min(1).optional().describe('Where it is done, such as kitchen'),
    estimatedMinutes: z.int().positive().optional().describe('How long it takes, in minutes'),
    createdBy: id().optional().describe('The member who created it'),
  }),
  example: {
    taskId: 'task-001',
    title: 'Take out trash',
    assignees: ['user-001'],
    dueAt: '2025-10-09T18:00:00.000Z',
    priority: 'normal',
    points: 10,
    recurrence: { frequency: 'weekly', interval: 1, weekdays: ['thursday'] },
    createdBy: 'user-002',
  },
})

/** What a publisher says with `task.created`. */
export type TaskCreatedData = PublishedData<typeof taskCreated>
