/**
 * The event logger and a simulated household in one process, over the transport in memory: for a machine that can run no
 * Kafka. MongoDB is real. Started by `run.ts` with the settings that both programs take from their environment.
 */
import { configFromEnv, createEventLogger, domains } from '@house-helper/event-logger'
import { topicNames } from '@house-helper/events-core'
import { createHouseholdSimulator } from '@house-helper/household-simulator'
import { createMemoryTransport } from '@house-helper/transport-memory'

const transport = createMemoryTransport()
const names = topicNames(transport.topicPrefix)
await transport.admin.createTopics(
  domains.map(({ name }) => ({ name: names.domain(name), partitions: 3, replicationFactor: 1, config: {} })),
)
const eventLogger = await createEventLogger(configFromEnv(), { transport })
const simulator = process.env.START_DEMO === 'true' ? createHouseholdSimulator({ transport }) : undefined
simulator?.start()

const signalled = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))
await Promise.race([signalled, eventLogger.closed, simulator?.closed ?? signalled])
await simulator?.close()
await eventLogger.close()
await transport.close()
