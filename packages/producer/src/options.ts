import { type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import { type OpenOptions, openTransport } from '@house-helper/transport-kafkajs'

/**
 * How a publisher is made: who publishes, and how to reach the brokers. Connection settings that are not given come from
 * the environment (`KAFKA_BROKERS` and so on); publishers and subscribers of equal settings share their connections.
 */
export interface PublisherOptions extends OpenOptions {
  /** The service that publishes; it is in every envelope. */
  readonly source: string
  /** How long an event is tried before it is given up, in milliseconds. Default 120,000. */
  readonly deliveryTimeoutMs?: number
  /**
   * The most bytes in one batch. Default 983,040: the 1,048,588 that a broker takes by default, less 64 KiB. A single
   * event larger than this still goes, alone. Raise it only together with the topic's `max.message.bytes`.
   */
  readonly maxBatchBytes?: number
  /** The most bytes waiting to be acknowledged; past it a publish fails at once. Default 67,108,864 (64 MiB). */
  readonly maxQueuedBytes?: number
  /** Now, in milliseconds since 1970, for ids and timestamps. Default `Date.now`. */
  readonly clock?: () => number
}

/** The options, complete. */
export interface CheckedOptions {
  readonly source: string
  readonly transport: Transport
  /** Lets go of the transport. One that was given stays open. */
  readonly release: () => Promise<void>
  readonly deliveryTimeoutMs: number
  readonly maxBatchBytes: number
  readonly maxQueuedBytes: number
  readonly clock: () => number
  readonly logger: Logger
}

/**
 * Completes and checks the options, and opens a transport where none was given.
 *
 * @throws RangeError for an option of the publisher, SettingsError `SETTINGS_INVALID` for connection settings.
 */
export function checkOptions(options: PublisherOptions): CheckedOptions {
  const { source, deliveryTimeoutMs, maxBatchBytes, maxQueuedBytes, clock, ...connection } = options
  if (typeof source !== 'string' || source.trim() === '') {
    throw new RangeError("A publisher needs a source, the name of its service: { source: 'task-service' }.")
  }
  return {
    source,
    deliveryTimeoutMs: positive('deliveryTimeoutMs', deliveryTimeoutMs, 120_000),
    maxBatchBytes: positive('maxBatchBytes', maxBatchBytes, 960 * 1024),
    maxQueuedBytes: positive('maxQueuedBytes', maxQueuedBytes, 64 * 1024 * 1024),
    clock: clock ?? Date.now,
    logger: connection.logger ?? silentLogger,
    // Last, so that nothing is opened for options that cannot be used.
    ...openTransport(connection),
  }
}

function positive(name: string, value: number | undefined, byDefault: number): number {
  const number = value ?? byDefault
  if (Number.isFinite(number) && number > 0) return number
  throw new RangeError(`${name} is ${number}; it has to be a positive number.`)
}
