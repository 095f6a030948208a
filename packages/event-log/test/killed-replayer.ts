import type { Transport } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { createReplays } from '../src/index.ts'

/** A logger that sends replays and kills itself at a point of its work. Started by replay-kill.int.test.ts. */
const { REPLAY_DATABASE, REPLAY_POINT, REPLAY_LEASE_MS, KAFKA_TOPIC_PREFIX, MONGODB_URI } = z
  .object({
    REPLAY_DATABASE: z.string(),
    REPLAY_POINT: z.string(),
    REPLAY_LEASE_MS: z.coerce.number(),
    KAFKA_TOPIC_PREFIX: z.string(),
    MONGODB_URI: z.string(),
  })
  .parse(process.env)

let appends = 0

function reached(point: string): void {
  if (point === REPLAY_POINT) process.kill(process.pid, 'SIGKILL')
}

function killing(transport: Transport): Transport {
  const sender: Transport['sender'] = {
    async append(batch, options) {
      // Not the first one, so that some is sent and written down.
      if (appends === 2) reached('before an append')
      const appended = await transport.sender.append(batch, options)
      appends += 1
      if (appends === 3) reached('after an append')
      return appended
    },
  }
  return new Proxy(transport, { get: (of, name) => (name === 'sender' ? sender : Reflect.get(of, name, of)) })
}

const client = new MongoClient(MONGODB_URI, { monitorCommands: true })
client.on('commandStarted', ({ commandName, command }) => {
  if (commandName === 'findAndModify' && command.findAndModify === 'replays' && appends > 1)
    reached('before it writes down')
})
const transport = killing(createKafkaTransport({ ...connectionFromEnv(), topicPrefix: KAFKA_TOPIC_PREFIX }))
createReplays({ db: client.db(REPLAY_DATABASE), transport, domains: [], leaseMs: REPLAY_LEASE_MS, pollMs: 20 }).start()
// Killed at its point; the test ends it where that does not come.
setInterval(() => {}, 60_000)
