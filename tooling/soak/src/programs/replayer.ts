import { createReplays } from '@house-helper/event-log'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'

/** The part of an event logger that sends replays, with a short lease, so that fifty kills need no hour. */
const env = z
  .object({ MONGODB_URI: z.string(), MONGODB_DATABASE: z.string(), LEASE_MS: z.coerce.number() })
  .parse(process.env)

const say = (level: string) => (fields: object, msg?: string) =>
  console.log(JSON.stringify({ level, msg, ...fields }, (_, value) => (value instanceof Error ? String(value) : value)))
const client = await new MongoClient(env.MONGODB_URI).connect()
createReplays({
  db: client.db(env.MONGODB_DATABASE),
  transport: createKafkaTransport(connectionFromEnv()),
  domains: [],
  leaseMs: env.LEASE_MS,
  pollMs: 100,
  logger: { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') },
}).start()
