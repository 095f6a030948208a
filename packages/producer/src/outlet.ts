import type { Logger, Transport } from '@house-helper/events-core'
import { createBackoff } from './backoff.ts'
import { type Batcher, createBatcher } from './batcher.ts'
import type { Entry } from './entry.ts'
import { createEntryQueue } from './entry-queue.ts'
import type { PublishErrorCode } from './errors.ts'
import { failureOf } from './failure.ts'
import type { Tally } from './tally.ts'

/** How long a topic's number of partitions is taken as known, in milliseconds; as long as the Java client does. */
const PARTITIONS_AGE_MS = 300_000

/** An outlet sends entries to one topic: it finds the partition of each key and hands the entry to its batcher. */
export interface Outlet {
  /** Sends an entry; its promise tells the rest. */
  send(entry: Entry): void
  /** An entry sent before was settled from outside. */
  forget(entry: Entry): void
  /** Rejects everything that is not acknowledged yet, and returns it. */
  end(code: PublishErrorCode, why: string): Entry[]
}

/** What an outlet works with. */
export interface OutletOptions {
  readonly transport: Transport
  readonly maxBatchBytes: number
  readonly tally: Tally
  readonly logger: Logger
}

/** Makes an outlet for a topic; it asks for the number of partitions when the first entry comes. */
export function createOutlet(topic: string, options: OutletOptions): Outlet {
  const { transport, maxBatchBytes, tally, logger } = options
  const waiting = createEntryQueue()
  const batchers = new Map<number, Batcher>()
  const backoff = createBackoff()
  let partitions: number | undefined
  let askedMs = 0
  let asking = false

  function batcherOf(entry: Entry, count: number): Batcher {
    const partition = transport.partitioner(entry.key, count)
    let batcher = batchers.get(partition)
    if (batcher === undefined) {
      const onMissing = (): void => {
        partitions = undefined
      }
      const { sender } = transport
      batcher = createBatcher({ topic, partition }, { sender, maxBatchBytes, tally, logger, onMissing })
      batchers.set(partition, batcher)
    }
    return batcher
  }

  async function ask(): Promise<number> {
    askedMs = performance.now()
    const [described] = await transport.admin.describeTopics([topic])
    return described?.partitions ?? 0
  }

  /** Asks until the number of partitions is known, or nobody waits for it any more. */
  async function find(): Promise<void> {
    for (let attempt = 1, first = expire(); first !== undefined; attempt += 1, first = expire()) {
      try {
        const count = await within(ask(), first.deadlineMs)
        if (count === undefined) continue
        if (count === 0) {
          rejectWaiting('TOPIC_MISSING', `The topic ${topic} does not exist. Create it with: hh-events topics apply`)
          break
        }
        partitions = count
        for (const entry of waiting.take(Number.POSITIVE_INFINITY)) batcherOf(entry, count).push(entry)
        break
      } catch (error) {
        const failure = failureOf(error)
        if (!failure.canRetry) rejectWaiting(failure.code, failure.message)
        logger.warn({ topic, attempt, code: failure.code }, 'The number of partitions is not known yet')
        await backoff.wait(attempt, (expire()?.deadlineMs ?? 0) - performance.now())
      }
    }
    asking = false
  }

  /** Rejects who has waited too long; returns who has waited longest of the others. */
  function expire(): Entry | undefined {
    const now = performance.now()
    for (let first = waiting.first(); first !== undefined; first = waiting.first()) {
      if (first.deadlineMs > now) return first
      tally.fail(
        first,
        'DELIVERY_TIMEOUT',
        `its deliveryTimeoutMs passed before a broker described the topic ${topic}.`,
      )
    }
    return undefined
  }

  function rejectWaiting(code: PublishErrorCode, why: string): Entry[] {
    return waiting.take(Number.POSITIVE_INFINITY).filter((entry) => tally.fail(entry, code, why))
  }

  /** A topic may get more partitions; what is in flight stays where it is. */
  async function refresh(): Promise<void> {
    try {
      const count = await ask()
      if (count > 0 && partitions !== undefined) partitions = count
    } catch (error) {
      logger.warn({ topic, code: failureOf(error).code }, 'The number of partitions could not be asked again')
    }
  }

  return {
    send(entry) {
      if (partitions === undefined) {
        waiting.push(entry)
        if (asking) return
        asking = true
        void find()
        return
      }
      batcherOf(entry, partitions).push(entry)
      if (performance.now() - askedMs > PARTITIONS_AGE_MS) void refresh()
    },
    forget(entry) {
      if (partitions === undefined) waiting.forget()
      else batcherOf(entry, partitions).forget()
    },
    end(code, why) {
      backoff.cut()
      return [...batchers.values()].flatMap((batcher) => batcher.end(code, why)).concat(rejectWaiting(code, why))
    },
  }
}

/** The promise's value, or undefined where the deadline passes first; what comes later is not waited for. */
async function within<Value>(promise: Promise<Value>, deadlineMs: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(deadlineMs - performance.now(), 0), undefined)
    // Only this wait is left once a publisher was closed over an answer that never came; it must not keep a process.
    timer.unref()
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
