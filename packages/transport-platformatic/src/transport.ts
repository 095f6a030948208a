import { type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import { type ConnectionSettings, connectionSettings, createTransport, createWire } from '@house-helper/transport-kafka'
import { createConnectionLog } from './client/connection-log.ts'
import { loadLibrary } from './client/library.ts'
import { createPlatformaticClient } from './client/platformatic-client.ts'
import { createGroupSession } from './receiver/group-session.ts'

/** What a transport needs besides its settings. */
export interface TransportOptions {
  /** Where it logs. Default: nowhere. */
  readonly logger?: Logger
}

/**
 * Makes a Transport on @platformatic/kafka, which is loaded for it. It connects when it is first used.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every setting that is wrong, and the command that installs
 * @platformatic/kafka where it is missing.
 */
export async function createPlatformaticTransport(
  given: Partial<ConnectionSettings>,
  options: TransportOptions = {},
): Promise<Transport> {
  const settings = connectionSettings(given)
  const logger = options.logger ?? silentLogger
  const library = await loadLibrary()
  const log = createConnectionLog(logger)
  const openWire = () => createWire(settings, createPlatformaticClient(library, settings, log))
  return createTransport({
    name: 'platformatic',
    settings,
    logger,
    openWire,
    createSession: (wire, sessionOptions, events) => createGroupSession({ wire, openWire }, sessionOptions, events),
  })
}
