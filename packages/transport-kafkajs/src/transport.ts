import { type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import { type ConnectionSettings, connectionSettings, createTransport, createWire } from '@house-helper/transport-kafka'
import { createClientLog } from './client/client-log.ts'
import { createKafkajsClient } from './client/kafkajs-client.ts'
import { createLateTransport } from './late-transport.ts'
import { createConsumerSession } from './receiver/consumer-session.ts'

/** What a transport needs besides its settings. */
export interface TransportOptions {
  /** Where it logs. Default: nowhere. */
  readonly logger?: Logger
}

/**
 * Makes a Transport to Kafka on the client that `settings.kafkaClient` names. It connects when it is first used; a client
 * other than kafkajs is loaded meanwhile, and what waits for it fails with `SETTINGS_INVALID` where it is not installed.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every setting that is wrong.
 */
export function createKafkaTransport(given: Partial<ConnectionSettings>, options: TransportOptions = {}): Transport {
  const settings = connectionSettings(given)
  if (settings.kafkaClient === 'kafkajs') return createKafkajsTransport(settings, options)
  return createLateTransport(settings, async () => {
    const { createPlatformaticTransport } = await import('@house-helper/transport-platformatic')
    return await createPlatformaticTransport(settings, options)
  })
}

function createKafkajsTransport(settings: ConnectionSettings, options: TransportOptions): Transport {
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
