import {
  type Domain,
  isHouseHelperError,
  type Logger,
  type PartitionRange,
  silentLogger,
  type Transport,
  topicNames,
  within,
} from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import { headChain } from '../head.ts'
import { healthReasons, type RecorderHealth } from '../recorder/health.ts'
import { described } from '../recorder/recorder-listeners.ts'
import { createTimer, type Timer } from '../recorder/timer.ts'
import { createStore } from '../store.ts'
import { ensureDeadLetterIndexes } from './collections.ts'
import type { DeadPartition } from './document.ts'
import { deadLetterMaker } from './maker.ts'
import { type DeadPartitionParts, indexPartition, readProgress } from './partition.ts'
import { deadLetterWriter } from './writer.ts'

/** What {@link createDeadLetterIndexer} takes. */
export interface DeadLetterIndexerOptions {
  /** Stays the caller's: it is not closed here. */
  readonly transport: Pick<Transport, 'admin' | 'read' | 'topicPrefix'>
  /** The database that holds the log. Stays the caller's, as does its client. */
  readonly db: Db
  /** The contracts that say whom an event is about. */
  readonly domains: readonly Domain[]
  /** How often to look for new dead letters, in milliseconds. Default 2,000. */
  readonly indexIntervalMs?: number
  /** How often to look for new dead-letter topics, in milliseconds. Default 5,000. */
  readonly discoverIntervalMs?: number
  /** Deadline of one operation of MongoDB or Kafka, in milliseconds. Default 15,000. */
  readonly operationTimeoutMs?: number
  /** Default: nothing is logged. */
  readonly logger?: Logger
}

/** Indexes the dead letters of every group, so that they can be found, counted, redriven and discarded. */
export interface DeadLetterIndexer extends AsyncDisposable {
  /** Begins; returns at once. What fails is a reason of the health and tried again. */
  start(): void
  /** `degraded` says why dead letters cannot be indexed now. It is never `down`. */
  health(): RecorderHealth
  /** The groups that have a dead-letter topic, as last looked up. */
  groups(): readonly string[]
  /** Ends it; resolves within the deadline, default 5,000. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
}

const positive = z.number().int().positive()
const settingsSchema = z.object({
  indexIntervalMs: positive.default(2_000),
  discoverIntervalMs: positive.default(5_000),
  operationTimeoutMs: positive.default(15_000),
})

/**
 * Makes an indexer; it does nothing before `start()`.
 *
 * It reads the topics without a group, and keeps in MongoDB how far it is. Several indexers on one database do the same
 * work, and what one has done the others do not repeat, or without effect.
 *
 * @throws LogError `LOG_OPTIONS_INVALID`.
 */
export function createDeadLetterIndexer(options: DeadLetterIndexerOptions): DeadLetterIndexer {
  const settings = checkSettings(options)
  const { logger = silentLogger } = options
  const reasons = healthReasons(0)
  const ending = new AbortController()
  const indexing = createIndexing(options, settings, ending.signal)
  let timer: Timer | undefined
  const turn = async () => {
    try {
      await indexing.turn()
      reasons.clear('index')
    } catch (error) {
      if (ending.signal.aborted) return
      const { code, message } = described(error)
      reasons.set('index', `Dead letters are not indexed: ${message}`)
      logger.warn({ code, reason: message }, 'indexing dead letters failed; it is tried again')
    }
  }
  const close = async ({ timeoutMs = 5_000 } = {}) => {
    ending.abort()
    await within(timer?.stop() ?? Promise.resolve(), timeoutMs)
  }
  return {
    start() {
      if (timer !== undefined || ending.signal.aborted) {
        throw new LogError('LOG_CLOSED', 'An indexer starts once. Make another one with createDeadLetterIndexer.')
      }
      timer = createTimer(settings.indexIntervalMs, turn, { firstMs: 0 })
    },
    health: reasons.health,
    groups: () => indexing.groups(),
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

type Settings = z.output<typeof settingsSchema>

function checkSettings(options: DeadLetterIndexerOptions): Settings {
  const result = settingsSchema.safeParse(options)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new LogError('LOG_OPTIONS_INVALID', `The indexer's options are not valid: ${issues.join('; ')}.`, {
    details: { issues },
  })
}

interface Indexing {
  /** Looks once at every dead-letter topic, and indexes what is new. */
  turn(): Promise<void>
  groups(): readonly string[]
}

function createIndexing(options: DeadLetterIndexerOptions, settings: Settings, signal: AbortSignal): Indexing {
  const { db, transport, logger = silentLogger } = options
  const { operationTimeoutMs } = settings
  const parts = partsOf(options, settings, signal)
  let groups = new Map<string, string>()
  let discoverAtMs = 0
  let isPrepared = false
  /** How far this indexer has seen each partition; none at first, so that the last message of each is compared once. */
  const done = new Map<string, number>()

  const prepare = async () => {
    if (isPrepared) return
    await ensureDeadLetterIndexes(db)
    isPrepared = true
  }
  const discover = async () => {
    if (Date.now() < discoverAtMs) return
    const found = await findDeadTopics(transport)
    for (const topic of found.keys()) if (!groups.has(topic)) logger.info({ topic }, 'dead letters are indexed')
    groups = found
    discoverAtMs = Date.now() + settings.discoverIntervalMs
  }
  const unfinished = async () => {
    const ranges = groups.size === 0 ? [] : await transport.admin.ranges([...groups.keys()])
    return ranges.filter((range) => done.get(idOf(range)) !== range.high)
  }
  const index = async (range: PartitionRange, known: DeadPartition | undefined) => {
    const { topic, partition } = range
    const group = groups.get(topic)
    if (group === undefined) return
    const { next } = await indexPartition({ topic, partition, group }, range, known, parts)
    done.set(idOf(range), next)
  }
  const look = async () => {
    await prepare()
    await discover()
    if ((await unfinished()).length === 0) return
    // Another logger may have gone on meanwhile. Kafka is asked again afterwards, so that it is never the older answer.
    const progress = await readProgress(db, operationTimeoutMs)
    const errors: unknown[] = []
    for (const range of await unfinished()) {
      if (signal.aborted) return
      try {
        await index(range, progress.get(idOf(range)))
      } catch (error) {
        // What is wrong with one partition holds up no other; a MongoDB that is away holds up all.
        if (!isHouseHelperError(error)) throw error
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  return {
    groups: () => [...new Set(groups.values())].sort(),
    async turn() {
      try {
        await look()
      } catch (error) {
        // A topic may be gone, or was made anew.
        discoverAtMs = 0
        done.clear()
        throw error
      }
    },
  }
}

function idOf({ topic, partition }: PartitionRange): string {
  return `${topic}/${partition}`
}

function partsOf(
  { db, transport, domains, logger = silentLogger }: DeadLetterIndexerOptions,
  { operationTimeoutMs }: Settings,
  signal: AbortSignal,
): DeadPartitionParts {
  const chain = headChain()
  const write = deadLetterWriter(db, createStore(db, operationTimeoutMs), operationTimeoutMs)
  const makeDocument = deadLetterMaker(domains, chain)
  return { transport, db, chain, makeDocument, write, logger, operationTimeoutMs, signal }
}

/** The dead-letter topics under the transport's prefix, with the group of each. */
async function findDeadTopics({
  admin,
  topicPrefix,
}: Pick<Transport, 'admin' | 'topicPrefix'>): Promise<Map<string, string>> {
  const { deadGroupOf } = topicNames(topicPrefix)
  const found = new Map<string, string>()
  for (const { name } of await admin.describeTopics()) {
    const group = deadGroupOf(name)
    if (group !== undefined) found.set(name, group)
  }
  return found
}
