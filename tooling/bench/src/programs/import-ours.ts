const startedAt = performance.now()
const { createTasksPublisher, createSubscriber } = await import('@house-helper/tasks')
const tookMs = performance.now() - startedAt
if (!createTasksPublisher || !createSubscriber) throw new Error('@house-helper/tasks exports something else.')
console.log(JSON.stringify(tookMs))
