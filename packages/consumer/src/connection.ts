import type { Transport } from '@house-helper/events-core'
import type { ConnectionSettings } from '@house-helper/transport-kafkajs'

/** A transport, and how to let go of it: one that was given stays open. */
export interface Connection {
  readonly transport: Transport
  readonly release: () => Promise<void>
}

/** Takes the transport that was given, or opens one by the settings; equal settings share one. */
export async function connect(
  options: Partial<ConnectionSettings> & { readonly transport?: Transport },
): Promise<Connection> {
  if (options.transport !== undefined) return { transport: options.transport, release: async () => {} }
  // Loaded when it is needed: with a transport of its own a subscriber works without a Kafka client.
  const { openTransport } = await import('@house-helper/transport-kafkajs')
  const transport = openTransport(options)
  return { transport, release: () => transport.close() }
}
