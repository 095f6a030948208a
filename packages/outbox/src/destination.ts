import type { Entry } from './entry.ts'

const MOST_ENTRIES = 2000
/** Kafka's record overhead: lengths, deltas and counts as variable-length integers, at their longest. */
const RECORD_OVERHEAD = 24

/** A destination is one topic-partition with the batch that it gets next. */
export class Destination {
  readonly topic: string
  readonly partition: number
  batch: Entry[] = []
  bytes = 0
  sending = false
  /** The batch lies in its topic, and is not marked as sent yet. */
  acknowledged = false
  failures = 0
  /** When the batch may be sent, by the monotonic clock. */
  dueMs = 0
  /** The reading that it takes nothing more of. */
  closedIn = -1
  maxEntries = MOST_ENTRIES
  readonly #held = new Map<string, { untilMs: number; reading: number }>()

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get place(): string {
    return `${this.topic}/${this.partition}`
  }

  /**
   * Takes an entry along and says how many bytes that are; 0 where it has to wait. Then all that come after it in this
   * reading wait as well, so that none overtakes one of its own key.
   */
  gather(entry: Entry, reading: number, maxBytes: number): number {
    if (this.#holds(entry.lane, reading)) return 0
    const bytes = entry.key.length + entry.value.length + RECORD_OVERHEAD
    const fits = this.batch.length === 0 || (this.batch.length < this.maxEntries && this.bytes + bytes <= maxBytes)
    if (this.closedIn === reading || this.sending || this.#waits() || !fits) {
      this.closedIn = reading
      return 0
    }
    this.batch.push(entry)
    this.bytes += bytes
    return bytes
  }

  /** Lets a key wait. */
  hold(lane: string, untilMs: number): void {
    this.#held.set(lane, { untilMs, reading: -1 })
  }

  /** The batch was sent; says which keys had been waiting and go on now. */
  succeeded(): readonly string[] {
    this.failures = 0
    this.maxEntries = Math.min(MOST_ENTRIES, this.maxEntries * 2)
    if (this.#held.size === 0) return []
    return this.batch.map(({ lane }) => lane).filter((lane) => this.#held.delete(lane))
  }

  empty(): void {
    this.batch = []
    this.bytes = 0
    this.acknowledged = false
  }

  /** A batch of an earlier reading is to be sent again first. */
  #waits(): boolean {
    return this.dueMs > performance.now() || (this.batch.length > 0 && this.failures > 0)
  }

  #holds(lane: string, reading: number): boolean {
    const held = this.#held.get(lane)
    if (held === undefined) return false
    // Not in the middle of a reading: the key's next event would overtake the one that was passed over.
    if (held.untilMs <= performance.now() && held.reading !== reading) return false
    held.reading = reading
    return true
  }
}
