import { configFromEnv, createEventLogger } from '@house-helper/event-logger'
import type { Transport } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'

/**
 * The event logger with a shorter session, so that what a killed one held goes to others within seconds and a run needs
 * no minutes. All else is as in its own program. Started by stand.ts.
 */
const sessionTimeoutMs = 3_000

const config = configFromEnv()
const kafka = createKafkaTransport(config.kafka)
const transport: Transport = {
  ...kafka,
  receiver: (options) => kafka.receiver({ ...options, sessionTimeoutMs }),
}
const logger = await createEventLogger(config, { transport })
process.once('SIGTERM', async () => {
  await logger.close()
  await transport.close()
  process.exit(0)
})
await logger.closed
