import {
  type Logger,
  partitioners,
  type ReceiverOptions,
  silentLogger,
  type Transport,
} from '@house-helper/events-core'
import { createAdmin } from './admin.ts'
import { createClientLog } from './client/client-log.ts'
import { closedError, createWire } from './client/wire.ts'
import { readMessages } from './reader.ts'
import { type ClosableReceiver, createReceiver } from './receiver/receiver.ts'
import { createSender } from './sender/sender.ts'
import { type ConnectionSettings, connectionSettings } from './settings.ts'

/** What a transport needs besides its settings. */
export interface TransportOptions {
  /** Where it logs. Default: nowhere. */
  readonly logger?: Logger
}

const CLOSE_TIMEOUT_MS = 10_000

/**
 * Makes a Transport on kafkajs. It connects when it is first used.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every setting that is wrong.
 */
export function createKafkaTransport(given: Partial<ConnectionSettings>, options: TransportOptions = {}): Transport {
  const settings = connectionSettings(given)
  const logger = options.logger ?? silentLogger
  const clientLog = createClientLog(logger)
  const wire = createWire(settings, clientLog)
  const sender = createSender(settings, clientLog)
  const receivers = new Set<ClosableReceiver>()
  let closing: Promise<void> | undefined

  async function closeAll(): Promise<void> {
    await Promise.all([...receivers].map((receiver) => receiver.abort(closedError(), CLOSE_TIMEOUT_MS)))
    sender.close()
    wire.close()
  }

  const transport: Transport = {
    name: 'kafkajs',
    topicPrefix: settings.topicPrefix,
    partitioner: partitioners[settings.partitioner],
    sender,
    admin: createAdmin(wire),
    receiver(receiverOptions: ReceiverOptions) {
      if (closing !== undefined) throw closedError()
      const onEnd = (): void => void receivers.delete(receiver)
      const receiver = createReceiver({ settings, logger, clientLog, wire, onEnd }, receiverOptions)
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
