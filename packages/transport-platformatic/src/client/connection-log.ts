import type { Logger } from '@house-helper/events-core'
import { createOutages } from '@house-helper/transport-kafka'

/** What the connections of one transport tell. */
export interface ConnectionLog {
  /** No connection could be made. */
  failed(broker: string, reason: string): void
  /** The broker has answered over a new connection. */
  answered(broker: string): void
}

/** Makes the log of a transport's connections: each failure at debug, a broker that goes and comes back once. */
export function createConnectionLog(logger: Logger): ConnectionLog {
  const outages = createOutages(logger)
  return {
    failed(broker, reason) {
      logger.debug({ client: 'platformatic', broker, reason }, `platformatic: no connection to ${broker}: ${reason}`)
      outages.failed(broker, reason)
    },
    answered: outages.answered,
  }
}
