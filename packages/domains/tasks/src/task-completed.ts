import { defineEvent, id, openEnum, type PublishedData, time } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `task.completed`. The Go service's own message is valid under it. */
export const taskCompleted = defineEvent({
  type: 'task.completed',
  version: '1.0',
  description: 'A task was done.',
  data: z.object({
    taskId: id().describe('The task'),
    title: z.string().min(1).describe('What was done, as the household reads it'),
    status: openEnum(['completed']).optional().describe('Where it stands, which is completed'),
    completedBy: id().describe('The member who did it'),
    completedAt: time().describe('When it was done'),
    dueAt: time().optional().describe('When it had to be done'),
    points: z.int().nonnegative().optional().describe('The points that the member earned'),
    note: z.string().optional().describe('What the member had to say'),
    nextTaskId: id().optional().describe('The task that takes its place where it comes again'),
  }),
  example: {
    taskId: 'task-001',
    title: 'Take out trash',
    status: 'completed',
    completedBy: 'user-001',
    completedAt: '2025-10-09T12:00:00.000Z',
    points: 10,
  },
})

/** What a publisher says with `task.completed`. */
export type TaskCompletedData = PublishedData<typeof taskCompleted>
