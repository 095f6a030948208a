import { configFromEnv, createEventLogger } from '@house-helper/event-logger'
import { programOrder } from '../programs.ts'
import { type ServeOrder, serveUntilTold } from './serving.ts'

// The event logger as it is, on a log whose topics are not there any more: it records nothing, and answers.
const { mongodbUri, database, topicPrefix, brokers } = programOrder<ServeOrder>()
const config = configFromEnv({
  ...{ KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: topicPrefix, KAFKA_GROUP_ID: topicPrefix },
  ...{ MONGODB_URI: mongodbUri, MONGODB_DATABASE: database, LOG_LEVEL: 'silent' },
  ...{ HTTP_PORT: '0', PROBE_HOST: '127.0.0.1', PROBE_PORT: '0' },
})
const logger = await createEventLogger(config)
await serveUntilTold({ url: logger.url }, () => logger.close())
