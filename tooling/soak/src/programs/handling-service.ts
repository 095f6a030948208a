import { once } from 'node:events'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { createHandlingService } from '../handling/service.ts'

const retrySchema = z.object({
  attempts: z.number().int(),
  baseMs: z.number().int(),
  later: z.union([z.literal(false), z.object({ delayMs: z.number().int(), attempts: z.number().int() })]),
})
const settingsSchema = z.object({ sessionTimeoutMs: z.number().int(), retry: retrySchema })

/** A handling service in a process of its own. It ends with SIGTERM, as a service does. */
const env = z
  .object({
    KAFKA_BROKERS: z.string().min(1),
    KAFKA_TOPIC_PREFIX: z.string().min(1),
    KAFKA_GROUP_ID: z.string().min(1),
    KAFKA_CLIENT_ID: z.string().min(1),
    MONGODB_URI: z.string().min(1),
    MONGODB_DATABASE: z.string().min(1),
    HANDLING_TROUBLED: z.stringbool().default(false),
    /** Settings of the subscriber, as JSON. */
    HANDLING_SETTINGS: z.string(),
  })
  .parse(process.env)

const settings = settingsSchema.parse(JSON.parse(env.HANDLING_SETTINGS))
const client = await MongoClient.connect(env.MONGODB_URI)
const { subscriber } = createHandlingService({
  brokers: env.KAFKA_BROKERS.split(','),
  topicPrefix: env.KAFKA_TOPIC_PREFIX,
  groupId: env.KAFKA_GROUP_ID,
  client,
  database: env.MONGODB_DATABASE,
  settings: { ...settings, clientId: env.KAFKA_CLIENT_ID },
  troubled: env.HANDLING_TROUBLED,
})
await subscriber.start()
console.log(JSON.stringify({ msg: 'started' }))
await Promise.race([once(process, 'SIGTERM'), subscriber.closed])
await subscriber.close()
console.log(JSON.stringify({ msg: 'closed', ...subscriber.stats() }))
// What a handler that never ends still holds must not keep the process.
process.exit(0)
