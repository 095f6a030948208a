import type { Entry, Published } from './entry.ts'
import { PublishError, type PublishErrorCode } from './errors.ts'

/** What a publisher has done since it was made, and what it holds now; for metrics. */
export interface PublisherStats {
  /** Events acknowledged. */
  readonly published: number
  /** Events rejected, for whatever reason. */
  readonly failed: number
  /** Events sent once more after a failed attempt, counted each time. */
  readonly retried: number
  /** Batches acknowledged. */
  readonly batches: number
  /** Bytes acknowledged. */
  readonly publishedBytes: number
  /** Events not yet settled. */
  readonly queuedEvents: number
  /** Their bytes, which `maxQueuedBytes` bounds. */
  readonly queuedBytes: number
}

/** A tally settles entries, each once, and counts. */
export interface Tally {
  enter(entry: Entry): void
  acknowledge(entry: Entry, published: Published): void
  /** Rejects an entry with what is known about its outcome; false where it was settled before. */
  fail(entry: Entry, code: PublishErrorCode, why: string, cause?: unknown): boolean
  /** Counts a publish that never became an entry. */
  refused(): void
  retried(events: number): void
  batchDone(): void
  readonly queuedBytes: number
  stats(): PublisherStats
  /** Resolves once nothing is queued. */
  idle(): Promise<void>
}

/** Makes a tally at zero. */
export function createTally(): Tally {
  const counts = { published: 0, failed: 0, retried: 0, batches: 0, publishedBytes: 0, queuedEvents: 0, queuedBytes: 0 }
  let onIdle: (() => void)[] = []

  function settle(entry: Entry): boolean {
    if (entry.settled) return false
    entry.settled = true
    entry.unlisten?.()
    counts.queuedEvents -= 1
    counts.queuedBytes -= entry.bytes
    if (counts.queuedEvents === 0 && onIdle.length > 0) {
      for (const resolve of onIdle) resolve()
      onIdle = []
    }
    return true
  }

  return {
    enter(entry) {
      counts.queuedEvents += 1
      counts.queuedBytes += entry.bytes
    },
    acknowledge(entry, published) {
      if (!settle(entry)) return
      counts.published += 1
      counts.publishedBytes += entry.bytes
      entry.resolve(published)
    },
    fail(entry, code, why, cause) {
      if (!settle(entry)) return false
      counts.failed += 1
      entry.reject(undelivered(entry, code, why, cause))
      return true
    },
    refused() {
      counts.failed += 1
    },
    retried(events) {
      counts.retried += events
    },
    batchDone() {
      counts.batches += 1
    },
    get queuedBytes() {
      return counts.queuedBytes
    },
    stats: () => ({ ...counts }),
    idle: () => (counts.queuedEvents === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
  }
}

function undelivered(entry: Entry, code: PublishErrorCode, why: string, cause: unknown): PublishError {
  const outcome = entry.maybeWritten ? 'unknown' : 'not-sent'
  const known = entry.maybeWritten ? 'it may have been written' : 'it was not written'
  return new PublishError(code, `${entry.type} ${entry.id} was not acknowledged, ${known}: ${why}`, {
    outcome,
    canRetry: code === 'DELIVERY_TIMEOUT' || code === 'PUBLISHER_CLOSED',
    cause,
    details: { id: entry.id, type: entry.type },
  })
}
