import { writeSync } from 'node:fs'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { z } from 'zod'
import { createSubscriber, defineHandlers } from '../src/index.ts'
import { chores } from './domain.ts'

/** A subscriber on Kafka whose handler keeps the event loop for longer than the session lasts. Started by blocked-loop.int.test.ts. */
const env = z
  .object({
    KAFKA_BROKERS: z.string(),
    TOPIC_PREFIX: z.string(),
    GROUP_ID: z.string(),
    SESSION_TIMEOUT_MS: z.coerce.number(),
    BLOCK_MS: z.coerce.number(),
  })
  .parse(process.env)

// Synchronously: while the event loop is kept nothing else would get out.
const say = (line: string): void => void writeSync(1, `${line}\n`)

const on = defineHandlers(chores, {
  'chore.started': ({ id }) => {
    if (id === 'blocker') {
      say('blocked')
      const untilMs = performance.now() + env.BLOCK_MS
      while (performance.now() < untilMs);
      say('free')
      return
    }
    say(`handled ${id}`)
  },
})
const transport = createKafkaTransport({ brokers: env.KAFKA_BROKERS.split(','), topicPrefix: env.TOPIC_PREFIX })
const subscriber = createSubscriber({
  transport,
  on: [on],
  groupId: env.GROUP_ID,
  sessionTimeoutMs: env.SESSION_TIMEOUT_MS,
  commitIntervalMs: 200,
  deadLetters: false,
})
process.once('SIGTERM', () => void subscriber.close().then(() => transport.close()))
await subscriber.start()
say('started')
await subscriber.closed
