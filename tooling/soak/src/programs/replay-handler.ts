import { createSubscriber } from '@house-helper/consumer'
import { mongoOnce } from '@house-helper/outbox'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { handlerSets } from '../effects.ts'
import { haveReplayEffect } from '../replay/replay-effects.ts'

/** A service that handles replays under `once`, with its effects and their run in MongoDB. */
const env = z
  .object({
    KAFKA_GROUP_ID: z.string(),
    MONGODB_URI: z.string(),
    MONGODB_DATABASE: z.string(),
    HANDLED_TYPES: z.string().transform((text) => text.split(',')),
  })
  .parse(process.env)

const client = await new MongoClient(env.MONGODB_URI).connect()
const db = client.db(env.MONGODB_DATABASE)
const subscriber = createSubscriber({
  groupId: env.KAFKA_GROUP_ID,
  transport: createKafkaTransport(connectionFromEnv()),
  once: mongoOnce(client, { database: env.MONGODB_DATABASE }),
  on: handlerSets(env.HANDLED_TYPES, (domain, event, { session, delivery: { replayRunId } }) =>
    haveReplayEffect(db, domain, event, replayRunId, session),
  ),
})
await subscriber.start()
await subscriber.closed
