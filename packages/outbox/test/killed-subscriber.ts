import { writeSync } from 'node:fs'
import { createSubscriber, defineHandlers } from '@house-helper/consumer'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { type MongoContext, mongoOnce } from '../src/index.ts'
import { lamps } from './lamps.ts'
import { createLampsTopic } from './stand.ts'

/** A subscriber with receipts that kills itself at a point of its work; the event comes from a broker in its memory. Started by once-kill.int.test.ts. */
const env = z
  .object({
    SUBSCRIBER_DATABASE: z.string(),
    SUBSCRIBER_GROUP: z.string(),
    SUBSCRIBER_POINT: z.string(),
    SUBSCRIBER_MESSAGE: z.string(),
    MONGODB_URI: z.string(),
  })
  .parse(process.env)

function reached(point: string): void {
  if (point === env.SUBSCRIBER_POINT) process.kill(process.pid, 'SIGKILL')
}

const client = new MongoClient(env.MONGODB_URI, { monitorCommands: true })
client.on('commandStarted', ({ commandName }) => {
  if (commandName === 'commitTransaction') reached('before the commit')
})
client.on('commandSucceeded', ({ commandName }) => {
  if (commandName === 'commitTransaction') reached('after the commit')
})
const effects = client.db(env.SUBSCRIBER_DATABASE).collection('effects')
const on = defineHandlers<typeof lamps, MongoContext>(lamps, {
  'lamp.lit': async ({ id }, { session }) => {
    // Synchronously: it must be out before the process is dead.
    writeSync(1, session.id?.id.toString('hex') ?? '')
    reached('before the effect')
    await effects.insertOne({ event: id }, { session })
    reached('after the effect')
  },
})
const transport = createMemoryTransport()
const topic = await createLampsTopic(transport)
const messages = [{ key: null, value: Buffer.from(env.SUBSCRIBER_MESSAGE) }]
await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 1000 })
const subscriber = createSubscriber({
  transport,
  groupId: env.SUBSCRIBER_GROUP,
  on: [on],
  once: mongoOnce(client, { database: env.SUBSCRIBER_DATABASE }),
  deadLetters: false,
})
await subscriber.start()
await subscriber.closed
