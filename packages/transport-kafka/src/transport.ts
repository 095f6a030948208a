import { type Logger, partitioners, type ReceiverOptions, type Transport } from '@house-helper/events-core'
import { createAdmin } from './admin.ts'
import { readMessages } from './reader.ts'
import { type ClosableReceiver, createReceiver } from './receiver/receiver.ts'
import type { CreateSession } from './receiver/session.ts'
import { createSender } from './sender/sender.ts'
import type { ConnectionSettings } from './settings.ts'
import { closedError, type Wire } from './wire/wire.ts'

/** A Kafka client, as a Transport is made of it. */
export interface TransportClient {
  /** `Transport.name`. */
  readonly name: string
  readonly settings: ConnectionSettings
  readonly logger: Logger
  /** Makes a wire with connections of its own; it connects with its first request. */
  openWire(): Wire
  /** Makes a member of a group; `wire` is the transport's. */
  createSession(wire: Wire, ...of: Parameters<CreateSession>): ReturnType<CreateSession>
}

const CLOSE_TIMEOUT_MS = 10_000

/** Makes a Transport of a Kafka client. It connects when it is first used. */
export function createTransport(client: TransportClient): Transport {
  const { settings, logger } = client
  const wire = client.openWire()
  const sender = createSender(settings, client.openWire)
  const receivers = new Set<ClosableReceiver>()
  let closing: Promise<void> | undefined

  async function closeAll(): Promise<void> {
    await Promise.all([...receivers].map((receiver) => receiver.abort(closedError(), CLOSE_TIMEOUT_MS)))
    sender.close()
    wire.close()
  }

  const transport: Transport = {
    name: client.name,
    topicPrefix: settings.topicPrefix,
    partitioner: partitioners[settings.partitioner],
    sender,
    admin: createAdmin(wire),
    receiver(receiverOptions: ReceiverOptions) {
      if (closing !== undefined) throw closedError()
      const onEnd = (): void => void receivers.delete(receiver)
      const createSession: CreateSession = (options, events) => client.createSession(wire, options, events)
      const receiver = createReceiver({ logger, wire, createSession, onEnd }, receiverOptions)
      receivers.add(receiver)
      return receiver
    },
    read: async (from, readOptions) => await readMessages(wire, from, readOptions),
    close() {
      closing ??= closeAll()
      return closing
    },
    [Symbol.asyncDispose]: () => transport.close(),
  }
  return transport
}
