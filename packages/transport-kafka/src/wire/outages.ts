import type { Logger } from '@house-helper/events-core'

/** Tells of each broker once when it can't be reached, and once when it answers again, however often it is tried. */
export interface Outages {
  /** A connection to the broker could not be made, or broke. */
  failed(broker: string, reason: string): void
  /** The broker has answered over a new connection. */
  answered(broker: string): void
}

/** Makes the outages of one cluster's brokers; all clients of the cluster share them. */
export function createOutages(logger: Logger): Outages {
  const since = new Map<string, number>()
  return {
    failed(broker, reason) {
      if (since.has(broker)) return
      since.set(broker, performance.now())
      logger.info({ broker, reason }, `The broker ${broker} can't be reached; it is tried until it can.`)
    },
    answered(broker) {
      const began = since.get(broker)
      if (began === undefined) return
      since.delete(broker)
      const awayMs = Math.round(performance.now() - began)
      logger.info({ broker, awayMs }, `The broker ${broker} answers again after ${awayMs} ms.`)
    },
  }
}
