import { defineEvent, id, openEnum, type PublishedData } from '@house-helper/events-core'
import { z } from 'zod'

/** The contract of `task.deleted`. */
export const taskDeleted = defineEvent({
  type: 'task.deleted',
  version: '1.0',
  description: 'A task was taken off the plan without being done.',
  data: z.object({
    taskId: id().describe('The task'),
    title: z.string().min(1).optional().describe('What it was about'),
    deletedBy: id().optional().describe('The member who deleted it'),
    reason: openEnum(['duplicate', 'no-longer-needed', 'mistake', 'other']).optional().describe('Why it was deleted'),
  }),
  example: { taskId: 'task-002', title: 'Water the plants', deletedBy: 'user-001', reason: 'duplicate' },
})

/** What a publisher says with `task.deleted`. */
export type TaskDeletedData = PublishedData<typeof taskDeleted>
