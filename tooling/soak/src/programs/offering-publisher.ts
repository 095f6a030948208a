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

const publisher = createTasksPublisher({ source: 'task-service' })
const events = soakEvents(env.SEED, { domains: ['tasks'] })
const acknowledgements = createWriteStream(env.ACKNOWLEDGEMENTS)
const refused: Record<string, number> = {}
let offered = 0
let ending = false
process.once('SIGTERM', () => {
  ending = true
})

async function offer(index: number): Promise<void> {
  const { event } = events.next().value
  const startMs = performance.now()
  try {
    const { id, topic, partition, offset } = await publisher.publish(
      event.type as never,
      event.data as never,
      event.fields as never,
    )
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
}

function tell(): void {
  const { queuedBytes, queuedEvents, published } = publisher.stats()
  const rssBytes = process.memoryUsage().rss
  const offering: Offering = { offered, published, queuedBytes, queuedEvents, rssBytes, refused, unhandled }
  console.log(JSON.stringify(offering))
}

const telling = setInterval(tell, TELL_MS)
const pending = new Set<Promise<void>>()
for (const startMs = performance.now(); !ending; await sleep(TICK_MS)) {
  const due = ((performance.now() - startMs) / 1000) * env.RATE_PER_SECOND
  while (offered < due) {
    const offering = offer(offered)
    offered += 1
    pending.add(offering)
    void offering.finally(() => pending.delete(offering))
  }
}
await Promise.all(pending)
await publisher.close()
clearInterval(telling)
tell()
await new Promise((resolve) => acknowledgements.end(resolve))
process.exit(0)
