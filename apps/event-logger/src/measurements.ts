import type { MeasuredEnds } from '@house-helper/event-log'
import { type Logger, type Transport, topicNames } from '@house-helper/events-core'
import { measureLag, type PartitionLag } from './lag.ts'
import { repeat } from './repetition.ts'
import type { PartitionSize, TopicSizes } from './topic-sizes.ts'

/** What {@link createMeasurements} takes. */
export interface MeasurementsOptions {
  readonly transport: Transport
  readonly groupId: string
  /** Undefined where the transport has no sizes to ask for. */
  readonly topicSizes: TopicSizes | undefined
  /** How often lag is measured, in milliseconds. Default 5,000. */
  readonly lagIntervalMs?: number
  /** How often topics are looked up and their sizes measured, in milliseconds. Default 30,000. */
  readonly sizeIntervalMs?: number
  readonly logger: Logger
}

/** What was last measured at the broker, whatever the recorder does. */
export interface Measurements {
  /** Empty before the first measurement, and while the broker cannot be asked: no figure is better than an old one. */
  lag(): readonly PartitionLag[]
  /** Where partitions ended when lag was last measured; undefined where it was not, or could not be. */
  ends(): MeasuredEnds | undefined
  /** Why Kafka could not be asked the last time, or undefined where it could. */
  kafkaProblem(): string | undefined
  /** Empty where sizes cannot be measured; the log says why. */
  sizes(): readonly PartitionSize[]
  /** Stops measuring. */
  close(): void
}

interface Topic {
  readonly name: string
  readonly partitions: number
}

/** Measures lag and topic sizes on timers of their own, so that a recorder that is stuck or dead shows. */
export function createMeasurements(options: MeasurementsOptions): Measurements {
  const { transport, groupId, topicSizes, logger } = options
  const lagNews = createNews(logger, 'consumer lag')
  const sizeNews = createNews(logger, 'topic sizes')
  let lag: readonly PartitionLag[] = []
  let measuredAt: Date | undefined
  let sizes: readonly PartitionSize[] = []
  let topics: readonly Topic[] | undefined

  const lagging = repeat({
    intervalMs: options.lagIntervalMs ?? 5_000,
    run: async () => {
      topics ??= await domainTopics(transport)
      const startedAt = new Date()
      lag = await measureLag(transport, groupId, namesOf(topics))
      measuredAt = startedAt
      lagNews.good()
    },
    failed: (error) => {
      lag = []
      measuredAt = undefined
      topics = undefined
      lagNews.bad(error)
    },
  })
  const sizing = repeat({
    intervalMs: options.sizeIntervalMs ?? 30_000,
    run: async () => {
      topics = await domainTopics(transport)
      sizes = topicSizes === undefined ? [] : await topicSizes.measure(topics)
      sizeNews.good()
    },
    failed: (error) => {
      sizes = []
      sizeNews.bad(error)
    },
  })
  return {
    lag: () => lag,
    ends: () => measuredAt && { measuredAt, ends: lag.map(endOf) },
    kafkaProblem: () => lagNews.problem(),
    sizes: () => sizes,
    close: () => {
      lagging.close()
      sizing.close()
    },
  }
}

async function domainTopics(transport: Transport): Promise<readonly Topic[]> {
  const { domainOf } = topicNames(transport.topicPrefix)
  const all = await transport.admin.describeTopics()
  return all.filter(({ name }) => domainOf(name) !== undefined)
}

function namesOf(topics: readonly Topic[]): readonly string[] {
  return topics.map(({ name }) => name)
}

function endOf({ topic, partition, end }: PartitionLag): MeasuredEnds['ends'][number] {
  return { topic, partition, high: end }
}

interface News {
  good(): void
  bad(error: unknown): void
  problem(): string | undefined
}

/** Logs that something cannot be measured when it begins, changes its reason or ends, not at every turn of the timer. */
function createNews(logger: Logger, what: string): News {
  let known: string | undefined
  return {
    good: () => {
      if (known !== undefined) logger.info({}, `Measuring ${what} works again.`)
      known = undefined
    },
    bad: (error) => {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== known)
        logger.warn({ err: error }, `Cannot measure ${what}; its metrics are absent until it works again.`)
      known = message
    },
    problem: () => known,
  }
}
