import type { Transport } from '@house-helper/events-core'
import type { PartitionWindow } from '../scheduling/partition-window.ts'
import type { TopicIdentities } from './topic-identities.ts'

/** What a lag meter needs. */
export interface LagMeterOptions {
  readonly transport: Transport
  readonly topics: readonly string[]
  readonly windows: () => ReadonlyMap<string, PartitionWindow>
  readonly identities: TopicIdentities
}

/**
 * The lag meter asks the broker where partitions end, so that a subscriber that stands still shows, and whether their
 * topics are still the same.
 */
export class LagMeter {
  readonly #options: LagMeterOptions
  readonly #lows = new Map<string, number>()
  #failure: unknown

  constructor(options: LagMeterOptions) {
    this.#options = options
  }

  /** Why the last measurement failed, or undefined when it succeeded. */
  get failure(): unknown {
    return this.#failure
  }

  /** Measures once; false when that was impossible. */
  async measure(): Promise<boolean> {
    const { transport, topics, windows, identities } = this.#options
    try {
      const [ranges] = await Promise.all([transport.admin.ranges(topics), identities.refresh()])
      for (const { topic, partition, low, high } of ranges) {
        const key = `${topic}/${partition}`
        this.#lows.set(key, low)
        const window = windows().get(key)
        if (window !== undefined) window.high = high
      }
      this.#failure = undefined
    } catch (error) {
      this.#failure = error
    }
    return this.#failure === undefined
  }

  /** The offset that the partition is read from next, be it its beginning; undefined before the first measurement. */
  nextOf(window: PartitionWindow): number | undefined {
    const low = this.#lows.get(`${window.topic}/${window.partition}`)
    const { next } = window.watermark
    return next === undefined || low === undefined ? (next ?? low) : Math.max(next, low)
  }

  /** Messages behind the end: the end minus what is committed; undefined before the first measurement. */
  lagOf(window: PartitionWindow): number | undefined {
    const low = this.#lows.get(`${window.topic}/${window.partition}`)
    const { high, committed } = window
    if (high === undefined || low === undefined) return undefined
    return Math.max(0, high - Math.max(low, committed?.offset ?? low))
  }
}
