import type { OutgoingBatch, OutgoingMessage, Position, Transport } from '@house-helper/events-core'

/** A message that was written to a topic. */
export interface Written extends Position {
  readonly message: OutgoingMessage
  /** Whether the test put it there, not the code under test. */
  readonly byTest: boolean
}

/** A journal is told of every message that is written through its transport, in order. */
export interface Journal {
  /** What the code under test writes through: the transport that was given, watched. */
  readonly transport: Transport
  /** Writes a message for the test. */
  write(place: { readonly topic: string; readonly partition: number }, message: OutgoingMessage): Promise<void>
  /** Whether something is being written. */
  readonly busy: boolean
  /** How many messages were written to these topics. */
  count(topics: readonly string[]): number
}

/** The deadline of a write, in milliseconds; in memory it is never met. */
const WRITE_TIMEOUT_MS = 10_000

/** Makes a journal; `written` is called once a message is acknowledged, before the caller knows. */
export function createJournal(transport: Transport, written: (message: Written) => void): Journal {
  const counts = new Map<string, number>()
  let underWay = 0

  async function append(batch: OutgoingBatch, timeoutMs: number, byTest: boolean): Promise<{ baseOffset: number }> {
    const { topic, partition, messages } = batch
    underWay += 1
    try {
      const { baseOffset } = await transport.sender.append(batch, { timeoutMs })
      counts.set(topic, (counts.get(topic) ?? 0) + messages.length)
      for (const [index, message] of messages.entries()) {
        written({ topic, partition, offset: baseOffset + index, message, byTest })
      }
      return { baseOffset }
    } finally {
      underWay -= 1
    }
  }

  return {
    transport: { ...transport, sender: { append: (batch, { timeoutMs }) => append(batch, timeoutMs, false) } },
    async write(place, message) {
      await append({ ...place, messages: [message] }, WRITE_TIMEOUT_MS, true)
    },
    get busy() {
      return underWay > 0
    },
    count: (topics) => topics.reduce((sum, topic) => sum + (counts.get(topic) ?? 0), 0),
  }
}
