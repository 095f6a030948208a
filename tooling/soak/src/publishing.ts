import { setTimeout as sleep } from 'node:timers/promises'
import type { SoakEvent } from './events.ts'
import type { StandPublisher } from './stand.ts'

/** How events are published. */
export interface PublishingOptions {
  readonly events: Iterator<SoakEvent, unknown>
  readonly count: number
  /** How many publishes wait for their acknowledgement at a time, at most. */
  readonly callers: number
  /** At most so many a second. Default: as fast as they are acknowledged. */
  readonly ratePerSecond?: number
  readonly signal?: AbortSignal
}

/** Publishes events, each caller one after the other; resolves once each of them is in the book or was rejected. */
export async function publishAll(
  publisher: Pick<StandPublisher, 'publish'>,
  options: PublishingOptions,
): Promise<void> {
  const { events, count, callers, ratePerSecond = Number.POSITIVE_INFINITY, signal } = options
  const startMs = performance.now()
  let taken = 0
  async function call(): Promise<void> {
    while (taken < count) {
      signal?.throwIfAborted()
      const dueMs = startMs + (taken / ratePerSecond) * 1000
      const leftMs = dueMs - performance.now()
      if (leftMs > 1) {
        await sleep(leftMs)
        continue
      }
      taken += 1
      const { value, done } = events.next()
      if (done) return
      await publisher.publish(value)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}
