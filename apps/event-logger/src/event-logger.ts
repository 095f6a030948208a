import {
  createDeliveryReader,
  createEventLog,
  createRecorder,
  createReplays,
  type RecorderStats,
  type Replays,
} from '@house-helper/event-log'
import type { Logger, Transport } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import type { FastifyInstance } from 'fastify'
import type { Db } from 'mongodb'
import { createApi } from './api/api.ts'
import type { EventLoggerConfig } from './config.ts'
import { createConsumerGroups } from './consumer-groups.ts'
import { createDeadLetterCare, type DeadLetterCare } from './dead-letter-care.ts'
import { domains } from './domains.ts'
import { listenOn } from './listening.ts'
import { createLogCare } from './log-care.ts'
import { createLogger } from './logs.ts'
import { createMeasurements, type Measurements } from './measurements.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { connectMongo, mongoClient } from './mongo.ts'
import { createProbeServer } from './probe-server.ts'
import { createReadiness } from './readiness.ts'
import { createRecording, type Recording, type RecordingState } from './recording.ts'
import { createRetentionCare, type RetentionCare } from './retention-care.ts'
import { createShutdown, type ShutdownStep } from './shutdown.ts'
import { createTopicSizes } from './topic-sizes.ts'

/** What {@link createEventLogger} can be given besides its configuration. */
export interface EventLoggerOptions {
  /** Used instead of a connection to `config.kafka`, and left open; topic sizes cannot be measured through it. */
  readonly transport?: Transport
  /** Default: as `config.logLevel` says, to standard output. */
  readonly logger?: Logger
  /** How often lag is measured, in milliseconds. Default 5,000. */
  readonly lagIntervalMs?: number
  /** How often topic sizes are measured, in milliseconds. Default 30,000. */
  readonly sizeIntervalMs?: number
  /** How often to look for new dead letters, in milliseconds. Default 2,000. */
  readonly indexIntervalMs?: number
  /** How often open dead letters are counted, in milliseconds. Default 10,000. */
  readonly countIntervalMs?: number
  /** How often old events are removed, in milliseconds. Default 10 minutes. */
  readonly retentionIntervalMs?: number
}

/** An event logger that listens, and records as soon as Kafka and MongoDB can be reached. */
export interface EventLogger extends AsyncDisposable {
  /** The API's address, `http://127.0.0.1:8080`, with the port that was really taken. */
  readonly url: string
  /** The address of `/livez`, `/readyz` and `/metrics`. */
  readonly probeUrl: string
  /** Resolves once it records. Rejects with `closed`, or when it is closed before. */
  readonly started: Promise<void>
  /** Resolves after `close()`; rejects when recording cannot start or dies. Close it then as well. */
  readonly closed: Promise<void>
  /** Takes no more requests, drains and commits, closes all connections. Ends within 10 s; rejects with what did not. */
  close(): Promise<void>
}

/**
 * Makes an event logger.
 *
 * Kafka and MongoDB need not be there yet: `/readyz` says what it waits for.
 *
 * @throws EventLoggerError `ADDRESS_UNAVAILABLE` when it cannot listen where the configuration says.
 */
export async function createEventLogger(
  config: EventLoggerConfig,
  options: EventLoggerOptions = {},
): Promise<EventLogger> {
  const logger = options.logger ?? createLogger(config.logLevel)
  const parts = createParts(config, options, logger)
  const { recording, deadLetters, replays, retention, steps } = parts
  const close = createShutdown(steps, logger)
  try {
    // First the addresses: a second logger that was started by mistake then never disturbs the group.
    const probeUrl = await listenForProbes(config, parts, logger)
    const url = await listenForRequests(config, parts, logger)
    logger.info({ url, probeUrl }, 'The event logger listens.')
    recording.start()
    // Its own failures are warnings; that recording cannot start says `closed`.
    recording.started.then(
      () => {
        deadLetters.start()
        replays.start()
        retention.start()
      },
      () => {},
    )
    return { url, probeUrl, started: recording.started, closed: recording.closed, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    // What could not be closed is in the log; why it could not begin matters more.
    await close().catch(() => {})
    throw error
  }
}

interface Parts {
  readonly db: Db
  readonly transport: Transport
  readonly measurements: Measurements
  readonly metrics: Metrics
  readonly recording: Recording
  readonly deadLetters: DeadLetterCare
  readonly replays: Replays
  readonly retention: RetentionCare
  /** How all of it is closed, in this order. */
  readonly steps: ShutdownStep[]
}

function createParts(config: EventLoggerConfig, options: EventLoggerOptions, logger: Logger): Parts {
  const client = mongoClient(config.mongodbUri)
  const db = client.db(config.mongodbDatabase)
  const transport = options.transport ?? createKafkaTransport(config.kafka, { logger })
  const topicSizes = options.transport === undefined ? createTopicSizes(config.kafka) : undefined
  const { groupId } = config
  const measurements = createMeasurements({ ...options, transport, groupId, topicSizes, logger })
  const recording = createRecording({
    connect: () => connectMongo(client, config.mongodbDatabase),
    createRecorder: () => createRecorder({ transport, db, groupId, domains, logger, onBatch: metrics.recorded }),
    logger,
  })
  const deadLetters = createDeadLetterCare({ ...options, db, transport, domains, logger })
  const replays = createReplays({ db, transport, domains, logger })
  const { topicPrefix } = transport
  const retention = createRetentionCare({ ...options, db, topicPrefix, policy: config.retention, logger })
  const metrics = createMetrics({ stats: () => statsOf(recording), measurements, deadLetters, retention })
  const ownTransport = async (): Promise<void> => (options.transport === undefined ? transport.close() : undefined)
  const steps: ShutdownStep[] = [
    { name: 'the recorder', timeoutMs: 4_750, close: () => recording.close({ timeoutMs: 4_500 }) },
    { name: 'the measurements', timeoutMs: 500, close: async () => measurements.close() },
    { name: 'the client for topic sizes', timeoutMs: 500, close: async () => topicSizes?.close() },
    { name: 'the connection to Kafka', timeoutMs: 1_000, close: ownTransport },
    { name: 'the connection to MongoDB', timeoutMs: 500, close: () => client.close() },
    { name: 'the metrics', timeoutMs: 250, close: () => metrics.close() },
  ]
  return { db, transport, measurements, metrics, recording, deadLetters, replays, retention, steps }
}

function statsOf(recording: Recording): RecorderStats | undefined {
  const state = recording.state()
  return state.status === 'recording' ? state.recorder.stats() : undefined
}

async function listenForProbes(config: EventLoggerConfig, parts: Parts, logger: Logger): Promise<string> {
  const { db, measurements, metrics, recording, deadLetters, replays, retention, steps } = parts
  const state = (): RecordingState => recording.state()
  const whyNotLive = (): string | undefined => {
    const now = state()
    return now.status === 'dead' ? now.reason : undefined
  }
  const warnings = () => [...deadLetters.warnings(), ...retention.warnings(), ...[replays.problem() ?? []].flat()]
  const readiness = createReadiness({ db, measurements, warnings, state })
  const probes = await createProbeServer(
    { whyNotLive, readiness, metrics: () => metrics.text() },
    config.probe,
    (error) => logger.error({ err: error }, 'A probe could not be answered.'),
  )
  // Last of all: while the rest closes, the probes say so.
  steps.push({ name: 'the probes', timeoutMs: 250, close: () => probes.close() })
  return probes.url
}

async function listenForRequests(config: EventLoggerConfig, parts: Parts, logger: Logger): Promise<string> {
  const { db, transport, measurements, deadLetters, replays, retention, steps } = parts
  const { host } = config.http
  const log = createEventLog(db, { ends: measurements.ends, domains })
  const api = await createApi({
    log,
    deliveries: createDeliveryReader({ db, transport, ownGroupId: config.groupId }),
    groups: createConsumerGroups({ transport }),
    deadLetters: deadLetters.letters,
    replays,
    care: createLogCare({ db, transport, domains, policy: config.retention }),
    measurements,
    logger,
    host,
    allowedHosts: config.allowedHosts,
  })
  // Before the API: a redrive that runs ends with the step that it is in, so that its request can be answered; and
  // whoever watches a replay is told that there is no more to see here.
  const closeSending = async () => {
    const closing = [deadLetters, replays, retention].map((part) => part.close({ timeoutMs: 700 }))
    await Promise.all(closing)
  }
  steps.unshift({ name: 'the dead letters, replays and retention', timeoutMs: 750, close: closeSending })
  steps.splice(1, 0, { name: 'the API', timeoutMs: 1_500, close: () => closeApi(api) })
  return await listenOn(api.server, config.http, 'HTTP')
}

/** Lets requests that run be answered, for a second; idle connections end at once. */
async function closeApi(api: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => api.server.closeAllConnections(), 1_000)
  try {
    await api.close()
  } finally {
    clearTimeout(cut)
  }
}
