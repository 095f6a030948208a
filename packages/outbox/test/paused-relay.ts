import { writeSync } from 'node:fs'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { createOutboxRelay } from '../src/index.ts'
import { withAppend } from './faults.ts'

/** A relay that stops itself at a point of its work, as a machine that is suspended would, until it is told to go on. Started by relay-pause.int.test.ts. */
const { RELAY_DATABASE, RELAY_POINT, RELAY_LEASE_MS, KAFKA_TOPIC_PREFIX, MONGODB_URI } = z
  .object({
    RELAY_DATABASE: z.string(),
    RELAY_POINT: z.string(),
    RELAY_LEASE_MS: z.coerce.number(),
    KAFKA_TOPIC_PREFIX: z.string(),
    MONGODB_URI: z.string(),
  })
  .parse(process.env)

// Synchronously: it must be out before the process stops.
const say = (line: string): void => void writeSync(1, `${line}\n`)

let wasPaused = false
function reached(point: string): void {
  if (point !== RELAY_POINT || wasPaused) return
  wasPaused = true
  say('paused')
  process.kill(process.pid, 'SIGSTOP')
}

const transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix: KAFKA_TOPIC_PREFIX })
const pausing = withAppend(transport, async (batch, options) => {
  reached('before the append')
  const isLate = wasPaused
  try {
    // Like a machine that is suspended, it does not know that its time is over: the attempt is made to the end.
    return await transport.sender.append(batch, { timeoutMs: isLate ? 10_000 : options.timeoutMs })
  } finally {
    reached('after the append')
    if (isLate) say('late append')
  }
})
const client = new MongoClient(MONGODB_URI, { monitorCommands: true })
client.on('commandStarted', ({ commandName, command }) => {
  if (commandName === 'delete' && command.delete === 'outbox') reached('before it marks')
})
const relay = createOutboxRelay({ db: client.db(RELAY_DATABASE), transport: pausing, leaseMs: RELAY_LEASE_MS })
process.once('SIGTERM', async () => {
  await relay.close()
  await transport.close()
  await client.close()
})
await relay.closed
