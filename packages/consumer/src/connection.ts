import type { ConnectionSettings, OpenedTransport } from '@house-helper/transport-kafkajs'
import type { SubscriberOptions } from './subscriber.ts'

/** Takes the transport that was given, or opens one by the connection settings and the environment. */
export async function connect(options: SubscriberOptions): Promise<OpenedTransport> {
  const { transport, logger } = options
  if (transport !== undefined) return { transport, release: async () => {} }
  // Loaded when it is needed: with a transport of its own a subscriber works without a Kafka client.
  const { openTransport } = await import('@house-helper/transport-kafkajs')
  return openTransport({ ...connectionOf(options), ...(logger && { logger }) })
}

/** What of the options is about the connection: all that is not about the subscriber, misspelt ones included. */
function connectionOf(options: SubscriberOptions): Partial<ConnectionSettings> {
  const { on, once, logger, transport, groupId, concurrency, maxPending, retry, timeoutMs, ...others } = options
  const { deadLetters, sessionTimeoutMs, commitIntervalMs, stallTimeoutMs, closeTimeoutMs, ...connection } = others
  return connection
}
