import { isHouseHelperError } from '@house-helper/events-core'
import { configFromEnv, type EventLoggerConfig } from './config.ts'
import { createEventLogger } from './event-logger.ts'
import { createLogger } from './logs.ts'
import { onceSignalled } from './signals.ts'

const shutdownTimeoutMs = 10_000

const config = readConfig()
const logger = createLogger(config.logLevel)
try {
  const signalled = onceSignalled(process, (signal) =>
    logger.info({ signal }, 'Shutting down; once more ends at once.'),
  )
  const eventLogger = await createEventLogger(config, { logger })
  const dead = eventLogger.closed.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const death = await Promise.race([signalled, dead])
  if (death !== undefined) logger.fatal({ err: death.error }, 'The event logger cannot go on, and ends.')
  // Whatever hangs must not keep the process: its orchestrator would kill it, without a word about why.
  setTimeout(() => {
    logger.fatal(`Shutting down took longer than ${shutdownTimeoutMs} ms; ending at once.`)
    process.exit(1)
  }, shutdownTimeoutMs).unref()
  await eventLogger.close()
  logger.info('The event logger has ended.')
  process.exit(death === undefined ? 0 : 1)
} catch (error) {
  logger.fatal({ err: error }, 'The event logger ends.')
  process.exit(1)
}

function readConfig(): EventLoggerConfig {
  try {
    return configFromEnv()
  } catch (error) {
    if (!isHouseHelperError(error, 'SETTINGS_INVALID')) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
