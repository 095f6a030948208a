import { createSubscriber } from '@house-helper/consumer'
import { mongoOnce } from '@house-helper/outbox'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { handlerSets, haveEffect } from '../effects.ts'

/** A service that handles events under `once`, with its effects in MongoDB. Started by stand.ts. */
const env = z
  .object({
    MONGODB_URI: z.string(),
    MONGODB_DATABASE: z.string(),
    HANDLED_TYPES: z.string().transform((text) => text.split(',')),
    CONCURRENCY: z.coerce.number().default(16),
    SESSION_TIMEOUT_MS: z.coerce.number().default(10_000),
    HANDLER_TIMEOUT_MS: z.coerce.number().default(30_000),
  })
  .parse(process.env)

const client = new MongoClient(env.MONGODB_URI, { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000 })
const db = client.db(env.MONGODB_DATABASE)
const say = (level: string) => (fields: object, msg?: string) =>
  console.log(JSON.stringify({ level, time: new Date().toISOString(), msg, ...describe(fields) }))
const subscriber = createSubscriber({
  once: mongoOnce(client, { database: env.MONGODB_DATABASE }),
  on: handlerSets(env.HANDLED_TYPES, (domain, event, { session }) => haveEffect(db, domain, event, session)),
  concurrency: env.CONCURRENCY,
  sessionTimeoutMs: env.SESSION_TIMEOUT_MS,
  timeoutMs: env.HANDLER_TIMEOUT_MS,
  // Faults of the soak are no fault of an event: none is to be given up for them.
  retry: { attempts: 1_000, baseMs: 100, maxMs: 1_000 },
  logger: { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') },
})
process.once('SIGTERM', async () => {
  await subscriber.close()
  await client.close()
  process.exit(0)
})
await subscriber.start()
console.log(JSON.stringify({ msg: 'The handler has started.' }))
// How it got on is what explains a figure that was missed.
setInterval(() => {
  const { received, handled, repeated, skipped, failed, inFlight } = subscriber.stats()
  say('debug')({ received, handled, repeated, skipped, failed, inFlight }, 'So far')
}, 1_000).unref()
await subscriber.closed

function describe(fields: object): object {
  const { err, ...others } = fields as { err?: unknown }
  return err === undefined ? others : { ...others, err: String(err) }
}
