import type { Logger, Sender, TopicPartition } from '@house-helper/events-core'
import { createBackoff } from './backoff.ts'
import type { Entry } from './entry.ts'
import { createEntryQueue } from './entry-queue.ts'
import type { PublishErrorCode } from './errors.ts'
import { type Failure, failureOf } from './failure.ts'
import type { Tally } from './tally.ts'

/** The longest that one attempt may take, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 30_000
/** What an attempt has in any case, however soon its events expire: with less, no event of a late queue would ever go. */
const SHORTEST_ATTEMPT_MS = 2_000

/**
 * A batcher sends the events of one topic-partition: one request in flight; what arrives meanwhile is the next batch.
 * No timer decides when to send: alone, an event goes at once, and under load batches grow by themselves.
 */
export interface Batcher {
  push(entry: Entry): void
  /** An entry pushed before was settled from outside. */
  forget(): void
  /** Rejects everything that is not acknowledged yet, and returns it. */
  end(code: PublishErrorCode, why: string): Entry[]
}

/** What a batcher works with. */
export interface BatcherOptions {
  readonly sender: Sender
  readonly maxBatchBytes: number
  readonly tally: Tally
  readonly logger: Logger
  /** The partition does not exist (any more). */
  readonly onMissing: () => void
}

/** Makes a batcher for a topic-partition. */
export function createBatcher(place: TopicPartition, options: BatcherOptions): Batcher {
  const { sender, maxBatchBytes, tally, logger, onMissing } = options
  const { topic, partition } = place
  const queue = createEntryQueue()
  const backoff = createBackoff()
  let busy = false
  let limitBytes = maxBatchBytes
  let current: readonly Entry[] = []
  let expiring: NodeJS.Timeout | undefined

  async function run(): Promise<void> {
    for (current = queue.take(limitBytes); current.length > 0; current = queue.take(limitBytes)) {
      await deliver(current, false)
      await afterMicrotasks()
    }
    busy = false
  }

  /** Sends the same entries again, less those that were settled meanwhile, until none is left: so order holds. */
  async function deliver(batch: readonly Entry[], unsureBefore: boolean): Promise<void> {
    let unsure = unsureBefore
    let failure: Failure | undefined
    for (let attempt = 1; ; attempt += 1) {
      const entries = alive(batch, failure)
      const first = entries[0]
      if (first === undefined) return
      failure = await attemptOnce(entries)
      if (failure === undefined) return
      unsure ||= failure.outcome === 'unknown'
      for (const entry of entries) entry.maybeWritten = unsure
      if (failure.code === 'MESSAGE_TOO_LARGE' && entries.length > 1) return split(entries, unsure)
      if (!failure.canRetry) return giveUp(entries, failure)
      logger.warn({ topic, partition, attempt, events: entries.length, code: failure.code }, 'A batch is tried again')
      await backoff.wait(attempt, first.deadlineMs - performance.now())
      tally.retried(entries.length)
    }
  }

  async function attemptOnce(entries: readonly Entry[]): Promise<Failure | undefined> {
    for (const entry of entries) entry.maybeWritten = true
    const timeoutMs = attemptTimeoutMs(entries)
    rejectInTime(entries, timeoutMs)
    try {
      const { baseOffset } = await sender.append({ topic, partition, messages: entries }, { timeoutMs })
      acknowledge(entries, baseOffset)
      return undefined
    } catch (error) {
      return failureOf(error)
    } finally {
      clearTimeout(expiring)
    }
  }

  /** Rejects entries at their deadlines where the attempt that is under way may take longer. */
  function rejectInTime(entries: readonly Entry[], attemptMs: number): void {
    const endMs = performance.now() + attemptMs
    const rejectFrom = (from: number): void => {
      let index = from
      const now = performance.now()
      for (; (entries[index]?.deadlineMs ?? endMs) <= now; index += 1) {
        tally.fail(entries[index] as Entry, 'DELIVERY_TIMEOUT', 'its deliveryTimeoutMs passed while it was sent.')
      }
      const next = entries[index]?.deadlineMs ?? endMs
      if (next < endMs) expiring = setTimeout(rejectFrom, Math.ceil(next - now), index)
    }
    rejectFrom(0)
  }

  function acknowledge(entries: readonly Entry[], baseOffset: number): void {
    let offset = baseOffset
    for (const entry of entries) {
      tally.acknowledge(entry, { id: entry.id, topic, partition, offset })
      offset += 1
    }
    tally.batchDone()
    // A limit that was lowered rises again in small steps: the topic's own setting may have been raised.
    if (limitBytes < maxBatchBytes) limitBytes = Math.min(limitBytes * 1.03, maxBatchBytes)
  }

  /** Halves until an event that is too large by itself is alone; the others keep their order around it. */
  async function split(entries: readonly Entry[], unsure: boolean): Promise<void> {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    limitBytes = Math.min(limitBytes, bytes / 2)
    const middle = Math.ceil(entries.length / 2)
    await deliver(entries.slice(0, middle), unsure)
    await deliver(entries.slice(middle), unsure)
  }

  function giveUp(entries: readonly Entry[], failure: Failure): void {
    for (const entry of entries) tally.fail(entry, failure.code, failure.message)
    if (failure.code === 'TOPIC_MISSING') onMissing()
  }

  /** The entries still waited for; those past their deadline are rejected. Deadlines rise, so the first tells. */
  function alive(entries: readonly Entry[], failure: Failure | undefined): readonly Entry[] {
    const now = performance.now()
    if (failure === undefined && (entries[0]?.deadlineMs ?? now) > now) return entries
    const why = `its deliveryTimeoutMs passed. ${failure?.message ?? 'Earlier events kept it waiting.'}`
    return entries.filter((entry) => {
      if (entry.deadlineMs <= now) tally.fail(entry, 'DELIVERY_TIMEOUT', why)
      return !entry.settled
    })
  }

  return {
    push(entry) {
      queue.push(entry)
      if (busy) return
      busy = true
      void afterMicrotasks().then(run)
    },
    forget: queue.forget,
    end(code, why) {
      const left = [...current, ...queue.take(Number.POSITIVE_INFINITY)]
      const rejected = left.filter((entry) => tally.fail(entry, code, why))
      clearTimeout(expiring)
      backoff.cut()
      return rejected
    },
  }
}

/** As long as the youngest has: the oldest, which expire first, must not take the time from all the others. */
function attemptTimeoutMs(entries: readonly Entry[]): number {
  const leftMs = Math.ceil((entries.at(-1)?.deadlineMs ?? 0) - performance.now())
  return Math.min(Math.max(leftMs, SHORTEST_ATTEMPT_MS), ATTEMPT_TIMEOUT_MS)
}

/** Resolves when all that is running now, callers just acknowledged among it, has published what it will at once. */
function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve))
  })
}
