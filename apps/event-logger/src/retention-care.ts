import { applyRetention, formatRetention, type RetentionPolicy } from '@house-helper/event-log'
import { type Logger, within } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { type Repetition, repeat } from './repetition.ts'

/** What {@link createRetentionCare} takes. */
export interface RetentionCareOptions {
  readonly db: Db
  readonly topicPrefix: string
  readonly policy: RetentionPolicy
  readonly logger: Logger
  /** From the end of one run to the start of the next, in milliseconds. Default 10 minutes. */
  readonly retentionIntervalMs?: number
}

/** What was removed of a topic since the logger began. */
export interface TopicRemoved {
  readonly topic: string
  readonly records: number
  readonly quarantined: number
}

/** Removes what is older than the policy keeps, now and then; with an empty policy it does nothing at all. */
export interface RetentionCare {
  /** Begins; returns at once. */
  start(): void
  /** By topic; empty where nothing is to be removed. */
  removed(): readonly TopicRemoved[]
  /** Why nothing can be removed now. */
  warnings(): readonly string[]
  /** Ends a run that is under way after the stretch that it is in. */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

/** Makes the care of retention; it does nothing before `start()`. */
export function createRetentionCare(options: RetentionCareOptions): RetentionCare {
  const { policy, logger, retentionIntervalMs: intervalMs = 600_000 } = options
  const removed = new Map<string, TopicRemoved>()
  const closing = new AbortController()
  let warning: string | undefined
  let repetition: Repetition | undefined
  let running = Promise.resolve()
  const run = async () => {
    await removeOld(options, removed, closing.signal)
    warning = undefined
  }
  return {
    start() {
      if (policy.length === 0 || closing.signal.aborted) return
      logger.info({ retention: formatRetention(policy) }, 'Events that are older are removed from the log.')
      repetition = repeat({
        intervalMs,
        run: () => {
          const turn = run()
          running = turn.catch(() => {})
          return turn
        },
        failed: (error) => {
          const message = error instanceof Error ? error.message : String(error)
          warning = `What is older than EVENT_LOG_RETENTION keeps cannot be removed: ${message}`
          logger.warn({ err: error }, 'Retention failed; it is tried again.')
        },
      })
    },
    removed: () => [...removed.values()],
    warnings: () => (warning === undefined ? [] : [warning]),
    async close({ timeoutMs }) {
      repetition?.close()
      closing.abort()
      await within(running, timeoutMs)
    },
  }
}

async function removeOld(
  { db, topicPrefix, policy, logger }: RetentionCareOptions,
  sums: Map<string, TopicRemoved>,
  signal: AbortSignal,
): Promise<void> {
  for await (const step of applyRetention({ db, topicPrefix, policy, signal })) {
    if (step.kind === 'progress') {
      const { topic, records, quarantined } = step.progress
      const before = sums.get(topic) ?? { topic, records: 0, quarantined: 0 }
      sums.set(topic, {
        topic,
        records: before.records + records,
        quarantined: before.quarantined + quarantined,
      })
    }
    if (step.kind === 'domain' && step.domain.records + step.domain.quarantined > 0) {
      const { topic, records, quarantined, cutoff, oldest, newest } = step.domain
      logger.info({ topic, records, quarantined, cutoff, oldest, newest }, 'Retention has removed old events.')
    }
  }
}
