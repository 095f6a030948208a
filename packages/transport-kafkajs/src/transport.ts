import { type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import { type ConnectionSettings, connectionSettings, createTransport, createWire } from '@house-helper/transport-kafka'
import { createClientLog } from './client/client-log.ts'
import { createKafkajsClient } from './client/kafkajs-client.ts'
import { createConsumerSession } from './receiver/consumer-session.ts'

/** What a transport needs besides its settings. */
export interface TransportOptions {
  /** Where it logs. Default: nowhere. */
  readonly logger?: Logger
}

/**
 * Makes a Transport on kafkajs. It connects when it is first used.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every setting that is wrong.
 */
export function createKafkaTransport(given: Partial<ConnectionSettings>, options: TransportOptions = {}): Transport {
  const settings = connectionSettings(given)
  const logger = options.logger ?? silentLogger
  const clientLog = createClientLog(logger)
  return createTransport({
    name: 'kafkajs',
    settings,
    logger,
    openWire: () => createWire(settings, createKafkajsClient(settings, clientLog)),
    createSession: (wire, sessionOptions, events) =>
      createConsumerSession({ settings, clientLog, wire }, sessionOptions, events),
  })
}
