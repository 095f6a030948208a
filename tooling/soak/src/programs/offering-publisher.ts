import { createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTasksPublisher } from '@house-helper/tasks'
import { z } from 'zod'
import { soakEvents } from '../events.ts'
import type { Acknowledgement, Offering } from '../offering.ts'

/**
 * Offers events at a steady rate whether or not the ones before are acknowledged, as requests from outside come.
 * Writes each acknowledgement to a file, and tells its memory and what was refused. Started by offering.ts.
 */
const env = z
  .object({ ACKNOWLEDGEMENTS: z.string(), SEED: z.coerce.number(), RATE_PER_SECOND: z.coerce.number() })
  .parse(process.env)

const TICK_MS = 10
const TELL_MS = 250

let unhandled = 0
process.on('unhandledRejection', (reason) => {
  unhandled += 1
  console.log(JSON.stringify({ msg: 'An unhandled rejection.', reason: String(reason) }))
})

const say = (level: string) => (fields: object, msg?: string) =>
  console.log(JSON.stringify({ level, time: new Date().toISOString(), msg, ...fields }))
const logger = { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') }
const publisher = createTasksPublisher({ source: 'task-service', logger })
const events = soakEvents(env.SEED, { domains: ['tasks'] })
const acknowledgements = createWriteStream(env.ACKNOWLEDGEMENTS)
const refused: Record<string, number> = {}
let offered = 0
let ending = false
process.once('SIGTERM', () => {
  ending = true
})

// A function of its own: one that waits would keep the event for as long, and this process is to show what publishing keeps.
function publishNext(): ReturnType<typeof publisher.publish> {
  const { event } = events.next().value
  return publisher.publish(event.type as never, event.data as never, event.fields as never)
}

async function offer(index: number): Promise<void> {
  const startMs = performance.now()
  try {
    const { id, topic, partition, offset } = await publishNext()
    const acknowledgement: Acknowledgement = {
      index,
      id,
      topic,
      partition,
      offset,
      tookMs: performance.now() - startMs,
    }
    acknowledgements.write(`${JSON.stringify(acknowledgement)}\n`)
  } catch (error) {
    const { code = 'UNKNOWN' } = error as { code?: string }
    refused[code] = (refused[code] ?? 0) + 1
  }
  pending -= 1
}

function tell(): void {
  const { queuedBytes, queuedEvents, published } = publisher.stats()
  const rssBytes = process.memoryUsage().rss
  const time = new Date().toISOString()
  const offering: Offering = { offered, published, queuedBytes, queuedEvents, rssBytes, refused, unhandled }
  console.log(JSON.stringify({ ...offering, time }))
}

const telling = setInterval(tell, TELL_MS)
let pending = 0
for (const startMs = performance.now(); !ending; await sleep(TICK_MS)) {
  const due = ((performance.now() - startMs) / 1000) * env.RATE_PER_SECOND
  while (offered < due) {
    pending += 1
    void offer(offered)
    offered += 1
  }
}
while (pending > 0) await sleep(TICK_MS)
await publisher.close()
clearInterval(telling)
tell()
await new Promise((resolve) => acknowledgements.end(resolve))
process.exit(0)
