import { type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import {
  type ConnectionSettings,
  connectionFromEnv,
  createKafkaTransport,
  type OpenOptions,
} from '@house-helper/transport-kafkajs'
import type { Db } from 'mongodb'
import { DEFAULT_COLLECTION } from './collections.ts'
import { positive } from './errors.ts'

/**
 * How a relay is made: where its outbox is, and how to reach the brokers. Connection settings that are not given come
 * from the environment (`KAFKA_BROKERS` and so on).
 */
export interface OutboxRelayOptions extends Partial<ConnectionSettings> {
  /** The database that the service's outboxes write to. */
  readonly db: Db
  /** What the outbox's collections are named after. Default `outbox`. */
  readonly collection?: string
  /** A transport for this relay alone: a publisher that shared it would get in its way. It is not closed with the relay. */
  readonly transport?: Transport
  /** Where connection settings come from that are not given. Default `process.env`. */
  readonly env?: OpenOptions['env']
  /** A pino logger fits. Default: silence. */
  readonly logger?: Logger
  /** How long others wait before they take the work of a relay that is gone, in milliseconds. Default 15,000. */
  readonly leaseMs?: number
  /** How often the outbox is looked at while nothing wakes the relay, in milliseconds. Default 1,000. */
  readonly pollIntervalMs?: number
  /** How long sent entries are kept to be looked at, in milliseconds. Default: they are removed at once. */
  readonly keepSentMs?: number
  /** The most bytes in one batch. Default 983,040, below what a topic takes by default. */
  readonly maxBatchBytes?: number
  /** The most bytes that are held at a time, over all topic-partitions. Default 16,777,216 (16 MiB). */
  readonly maxHeldBytes?: number
}

/** The options, complete. */
export interface CheckedRelayOptions {
  readonly db: Db
  readonly collection: string
  readonly transport: Transport
  readonly release: () => Promise<void>
  readonly logger: Logger
  readonly leaseMs: number
  readonly pollIntervalMs: number
  readonly keepSentMs: number
  readonly maxBatchBytes: number
  readonly maxHeldBytes: number
}

/** Completes and checks the options, and makes a transport where none was given. */
export function checkRelayOptions(options: OutboxRelayOptions): CheckedRelayOptions {
  const { db, collection = DEFAULT_COLLECTION, transport, env, logger = silentLogger, ...others } = options
  const { leaseMs, pollIntervalMs, keepSentMs, maxBatchBytes, maxHeldBytes, ...connection } = others
  const checked = {
    db,
    collection,
    logger,
    leaseMs: positive('leaseMs', leaseMs, 15_000),
    pollIntervalMs: positive('pollIntervalMs', pollIntervalMs, 1000),
    keepSentMs: keepSentMs === undefined || keepSentMs === 0 ? 0 : positive('keepSentMs', keepSentMs, 0),
    maxBatchBytes: positive('maxBatchBytes', maxBatchBytes, 960 * 1024),
    maxHeldBytes: positive('maxHeldBytes', maxHeldBytes, 16 * 1024 * 1024),
  }
  if (transport !== undefined) return { ...checked, transport, release: async () => {} }
  // Never the one that publishers share: a topic-partition has one append in flight for each transport.
  const made = createKafkaTransport({ ...connectionFromEnv(env), ...connection }, { logger })
  return { ...checked, transport: made, release: () => made.close() }
}
