import { once } from 'node:events'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { staleEffectsOf } from '../handling/handler.ts'
import { HANDLER_CLOSED, HANDLER_STARTED } from '../handling/program.ts'
import { createHandlingService } from '../handling/service.ts'

/** A handling service in a process of its own. It ends with SIGTERM, as a service does. Started by stand.ts. */
const env = z
  .object({
    KAFKA_GROUP_ID: z.string(),
    MONGODB_URI: z.string(),
    MONGODB_DATABASE: z.string(),
    HANDLED_TYPES: z.string().transform((text) => text.split(',')),
    SESSION_TIMEOUT_MS: z.coerce.number().default(10_000),
    /** Attempts in place, then later ones. */
    ATTEMPTS: z.coerce.number().default(2),
    LATER_ATTEMPTS: z.coerce.number().default(2),
    TROUBLED: z.stringbool().default(false),
  })
  .parse(process.env)

const say = (level: string) => (fields: object, msg?: string) =>
  console.log(JSON.stringify({ level, msg, ...fields }, (_, value) => (value instanceof Error ? String(value) : value)))

const client = new MongoClient(env.MONGODB_URI, { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000 })
const { subscriber, stale } = createHandlingService({
  client,
  database: env.MONGODB_DATABASE,
  types: env.HANDLED_TYPES,
  troubled: env.TROUBLED,
  sessionTimeoutMs: env.SESSION_TIMEOUT_MS,
  retry: { attempts: env.ATTEMPTS, baseMs: 20, later: { delayMs: 300, attempts: env.LATER_ATTEMPTS } },
  logger: { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') },
})
const ending = once(process, 'SIGTERM')
await subscriber.start()
console.log(JSON.stringify({ msg: HANDLER_STARTED }))
await Promise.race([ending, subscriber.closed])
await subscriber.close()
const { received, handled, repeated } = subscriber.stats()
const staleEffects = await staleEffectsOf(client.db(env.MONGODB_DATABASE), stale)
console.log(JSON.stringify({ msg: HANDLER_CLOSED, received, handled, repeated, staleEffects }))
// A handler that never settles must not keep the process.
process.exit(0)
