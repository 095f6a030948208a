import { checkGroupId, type Domain, type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import type { RecorderStats } from '../stats.ts'
import type { RecorderHealth } from './health.ts'
import type { RecordedBatch } from './recorded-batch.ts'

/** What {@link createRecorder} takes. */
export interface RecorderOptions {
  /** Stays the caller's: the recorder does not close it. */
  readonly transport: Transport
  /** The database that holds the log. Stays the caller's, as does its client. */
  readonly db: Db
  /** Recorders with the same group share the topics' partitions. */
  readonly groupId: string
  /** The contracts that events are judged by; an event of none of them is recorded all the same. */
  readonly domains: readonly Domain[]
  /** The topics to record. Default: every domain topic under the transport's prefix, also those that come later. */
  readonly topics?: readonly string[]
  /** How often to look for topics that are new or were made again, in milliseconds. Default 30,000. */
  readonly discoverIntervalMs?: number
  /** How often to measure lag, in milliseconds. Default 5,000. */
  readonly lagIntervalMs?: number
  /**
   * How long a partition may stand still while messages wait and nothing fails, in milliseconds; then the recorder joins
   * its group anew, and dies with `LOG_STALLED` if that does not help. Default 60,000.
   */
  readonly stallTimeoutMs?: number
  /** How long messages may be recorded and not committed to Kafka, in milliseconds. Default 1,000. */
  readonly commitIntervalMs?: number
  /** Messages of one write at most. Default 1,000. */
  readonly maxBatchMessages?: number
  /** Bytes of values in one write at most; a single larger message is written alone. Default 1 MiB. */
  readonly maxBatchBytes?: number
  /** Messages of one partition that wait at most, before it is paused. Default 4,000. */
  readonly maxQueuedMessages?: number
  /** Bytes that wait at most, shared equally by the partitions (512 KiB each at least); one that has its share is paused. Default 16 MiB. */
  readonly maxQueuedBytes?: number
  /** Writes of different partitions at the same time. Default 4. */
  readonly maxConcurrentWrites?: number
  /** Deadline of one MongoDB operation, in milliseconds; it is then made again. Default 15,000. */
  readonly operationTimeoutMs?: number
  /** How long an alarm (a conflict, a new generation) keeps the health `degraded`, in milliseconds. Default one hour. */
  readonly alarmHoldMs?: number
  /** How long this member may be silent before its partitions go to others, in milliseconds. Default the transport's. */
  readonly sessionTimeoutMs?: number
  /** Records into a standalone MongoDB, which can lose what it acknowledged. Default false. */
  readonly allowStandalone?: boolean
  /** Default: nothing is logged. */
  readonly logger?: Logger
  /** Told of each batch once it is in the ledger, for metrics. Must not throw: that ends the recorder. */
  readonly onBatch?: ((batch: RecordedBatch) => void) | undefined
}

/** Records every message of its topics into MongoDB, exactly once, and keeps the ledger of it. */
export interface Recorder extends AsyncDisposable {
  /**
   * Checks MongoDB, makes collections and indexes, finds the topics and joins the group. Resolves once partitions are
   * assigned, or at once where there is no topic yet.
   *
   * @throws LogError `LOG_STANDALONE_REFUSED`, `LOG_UNREACHABLE`; TransportError where Kafka cannot be joined.
   */
  start(): Promise<void>
  /** Resolves after `close()`; rejects when the recorder dies: it is never silently dead. */
  readonly closed: Promise<void>
  /** Finishes the writes that run, commits, leaves the group. Resolves within the deadline; default 10,000. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
  health(): RecorderHealth
  stats(): RecorderStats
}

const positive = z.number().int().positive()
const settingsSchema = z.object({
  groupId: z.string().transform(checkGroupId),
  topics: z.array(z.string().min(1)).min(1).optional(),
  discoverIntervalMs: positive.default(30_000),
  lagIntervalMs: positive.default(5_000),
  stallTimeoutMs: positive.default(60_000),
  commitIntervalMs: positive.default(1_000),
  maxBatchMessages: positive.max(10_000).default(1_000),
  maxBatchBytes: positive.default(1024 * 1024),
  maxQueuedMessages: positive.default(4_000),
  maxQueuedBytes: positive.default(16 * 1024 * 1024),
  maxConcurrentWrites: positive.default(4),
  operationTimeoutMs: positive.default(15_000),
  alarmHoldMs: positive.default(3_600_000),
  sessionTimeoutMs: positive.optional(),
  allowStandalone: z.boolean().default(false),
})

/** The options with their defaults. */
export type RecorderSettings = Readonly<z.output<typeof settingsSchema>> &
  Required<Pick<RecorderOptions, 'transport' | 'db' | 'domains' | 'logger'>> &
  Pick<RecorderOptions, 'onBatch'>

/** Checks the options and adds the defaults; throws `LOG_OPTIONS_INVALID`, or `GROUP_ID_INVALID`. */
export function checkOptions(options: RecorderOptions): RecorderSettings {
  const { transport, db, domains, logger = silentLogger, onBatch } = options
  const result = settingsSchema.safeParse(options)
  if (result.success) return { ...result.data, transport, db, domains, logger, onBatch }
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new LogError('LOG_OPTIONS_INVALID', `The recorder's options are not valid: ${issues.join('; ')}.`, {
    details: { issues },
  })
}
