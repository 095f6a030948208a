import { decodeEnvelope } from '@house-helper/events-core'
import { Kafka, logLevel } from 'kafkajs'

/** The peer: what a service has that handles events with kafkajs's own eachMessage. */
export interface RawConsumer {
  close(): Promise<void>
}

/** What a raw consumer reads, and what its handler does. */
export interface RawConsumerOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly groupId: string
  /** Throws for an event that is bad. */
  readonly handle: (eventId: string, value: Uint8Array) => void
  /** The attempts after which a bad event is let pass, as one would who has dead letters. */
  readonly attempts: number
}

/** Starts kafkajs with its defaults and waits until it has joined; a handler that throws is left to it. */
export async function startRawConsumer(options: RawConsumerOptions): Promise<RawConsumer> {
  const { brokers, topic, groupId, handle, attempts } = options
  const kafka = new Kafka({ brokers: [...brokers], clientId: groupId, logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId })
  const failures = new Map<string, number>()
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const decoded = decodeEnvelope(message.value)
      if (!decoded.readable) return
      const { id } = decoded.envelope
      try {
        handle(id, message.value ?? new Uint8Array())
      } catch (error) {
        const failed = (failures.get(id) ?? 0) + 1
        failures.set(id, failed)
        if (failed < attempts) throw error
      }
    },
  })
  await joined
  return { close: () => consumer.disconnect() }
}
