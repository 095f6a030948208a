import { type Transport, topicNames } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { createOutboxRelay } from '../src/index.ts'
import { withAppend } from './faults.ts'

/** A relay that kills itself at a point of its work, as a machine that fails would. Started by relay-kill.int.test.ts. */
const { RELAY_DATABASE, RELAY_POINT, RELAY_LEASE_MS, KAFKA_TOPIC_PREFIX, MONGODB_URI } = z
  .object({
    RELAY_DATABASE: z.string(),
    RELAY_POINT: z.string(),
    RELAY_LEASE_MS: z.coerce.number(),
    KAFKA_TOPIC_PREFIX: z.string(),
    MONGODB_URI: z.string(),
  })
  .parse(process.env)

function reached(point: string): void {
  if (point === RELAY_POINT) process.kill(process.pid, 'SIGKILL')
}

function killing(transport: Transport): Transport {
  return withAppend(transport, async (batch, options) => {
    reached('before the append')
    const appended = await transport.sender.append(batch, options)
    reached('after the append')
    return appended
  })
}

const client = new MongoClient(MONGODB_URI, { monitorCommands: true })
let takes = 0
client.on('commandStarted', ({ commandName, command }) => {
  if (commandName === 'find' && command.find === 'outbox') reached('with leases, before it reads')
  if (commandName === 'delete' && command.delete === 'outbox') reached('before it marks')
})
client.on('commandSucceeded', ({ commandName }) => {
  if (commandName === 'update') takes += 1
  if (takes === 10) reached('with some of the leases')
  // Leases are tidied with deletes as well; what counts is one after something was sent.
  if (commandName === 'delete' && relay.stats().published > 0) reached('after it marked')
})
const transport = killing(createKafkaTransport({ ...connectionFromEnv(), topicPrefix: KAFKA_TOPIC_PREFIX }))
const relay = createOutboxRelay({ db: client.db(RELAY_DATABASE), transport, leaseMs: RELAY_LEASE_MS })
process.stdout.write(`${topicNames(transport.topicPrefix).domain('lamps')}\n`)
await relay.closed
