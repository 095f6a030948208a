/** The event types of the domain tasks, all of which handling services handle. */
export const taskTypes = ['task.created', 'task.updated', 'task.completed', 'task.deleted'] as const
