import { once } from 'node:events'
import { createTasksPublisher } from '@house-helper/tasks'
import { createHouseholdTasks } from './household-tasks.ts'
import { createHttpApi } from './http-api.ts'

const port = Number(process.env.PORT ?? 3001)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('PORT: must be a whole number from 0 to 65535')
  process.exit(2)
}

// Brokers come from KAFKA_BROKERS.
const publisher = createTasksPublisher({ source: 'tasks-service' })
const server = createHttpApi(createHouseholdTasks(publisher)).listen(port, '127.0.0.1')
await once(server, 'listening')
console.log(JSON.stringify({ event: 'listening', ...Object(server.address()) }))

await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
// Requests first: what they publish is still taken.
server.close()
server.closeIdleConnections()
await once(server, 'close')
const { undelivered } = await publisher.close()
console.log(JSON.stringify({ event: 'closed', undelivered: undelivered.length }))
