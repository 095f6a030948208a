import type { Logger, Transport } from '@house-helper/events-core'
import type { ConnectionSettings, OpenedTransport } from '@house-helper/transport-kafkajs'
import type { SubscriberSettings } from './settings.ts'

/** What a subscriber is made of, among which is how it is connected. */
interface Connected extends SubscriberSettings, Partial<ConnectionSettings> {
  readonly on: unknown
  readonly once?: unknown
  readonly clock?: unknown
  readonly listener?: unknown
  readonly logger?: Logger
  readonly transport?: Transport
}

/** Takes the transport that was given, or opens one by the connection settings and the environment. */
export async function connect(options: Connected): Promise<OpenedTransport> {
  const { transport, logger } = options
  if (transport !== undefined) return { transport, release: async () => {} }
  // Loaded when it is needed: with a transport of its own a subscriber works without a Kafka client.
  const { openTransport } = await import('@house-helper/transport-kafkajs')
  return openTransport({ ...connectionOf(options), ...(logger && { logger }) })
}

/** What of the options is about the connection: all that is not about the subscriber, misspelt ones included. */
function connectionOf(options: Connected): Partial<ConnectionSettings> {
  const { on, once, clock, listener, logger, transport, groupId, concurrency, maxPending, ...others } = options
  const { retry, timeoutMs, deadLetters, sessionTimeoutMs, commitIntervalMs, stallTimeoutMs, ...rest } = others
  const { closeTimeoutMs, ...connection } = rest
  return connection
}
