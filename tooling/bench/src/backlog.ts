import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import type { BenchStack } from './measure.ts'
import { createTopics } from './topics.ts'

/** The names of the domain topics under a prefix. */
export function domainTopics(prefix: string): string[] {
  const domains = ['tasks', 'shopping', 'bills', 'timers', 'laundry', 'households', 'users', 'notifications']
  return domains.map((domain) => `${prefix}.${domain}`)
}

/** The envelope that a publisher would write for a simulated event. */
export function envelopeOf({ type, data, fields }: SimulatedEvent): object {
  const { id, householdId, userId, timestamp, correlationId, causationId } = fields
  const metadata = { correlationId, causationId }
  return { id, type, source: 'household-simulator', householdId, userId, timestamp, version: '1.0', data, metadata }
}

/** What keys a simulated event: the user for the two domains about users, the household for all others. */
export function keyOf({ domain, fields }: SimulatedEvent): string {
  const aboutUser = domain === 'users' || domain === 'notifications'
  return aboutUser ? (fields.userId ?? fields.householdId) : fields.householdId
}

/**
 * Fills the domain topics under a prefix with events of simulated households, the same for a seed; resolves with their
 * bytes on average.
 */
export async function fillBacklog(stack: BenchStack, prefix: string, count: number, seed = 7): Promise<number> {
  await createTopics(stack, domainTopics(prefix), 3)
  const producer = new Kafka({ brokers: [...stack.brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  let bytes = 0
  try {
    for (const batch of batches(householdEvents(seed, { households: 2_000 }), count, 4_000)) {
      const topics = new Map<string, { key: string; value: string }[]>()
      for (const event of batch) {
        const value = JSON.stringify(envelopeOf(event))
        bytes += Buffer.byteLength(value)
        const topic = `${prefix}.${event.domain}`
        const messages = topics.get(topic) ?? []
        messages.push({ key: keyOf(event), value })
        topics.set(topic, messages)
      }
      const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages }))
      await producer.sendBatch({ topicMessages, compression: CompressionTypes.None })
    }
  } finally {
    await producer.disconnect()
  }
  return bytes / count
}

function* batches(events: Iterable<SimulatedEvent>, count: number, size: number): Generator<SimulatedEvent[]> {
  let batch: SimulatedEvent[] = []
  let taken = 0
  for (const event of events) {
    batch.push(event)
    taken += 1
    if (batch.length === size || taken === count) yield batch
    if (batch.length === size) batch = []
    if (taken === count) return
  }
}
