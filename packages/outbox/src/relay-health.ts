/** Why a relay is not simply up. */
export interface RelayHealthReason {
  readonly code:
    | 'STARTING'
    | 'CLOSED'
    | 'DIED'
    | 'MONGODB_FAILING'
    | 'KAFKA_FAILING'
    | 'EVENT_HELD'
    | 'ENTRY_INVALID'
    | 'CHANGE_STREAM_FAILING'
  /** A sentence with the place and, where there is one, the remedy. */
  readonly message: string
}

/** Whether a relay works: `degraded` when something of its work waits, `down` when it does nothing. */
export interface RelayHealth {
  readonly status: 'up' | 'degraded' | 'down'
  readonly reasons: readonly RelayHealthReason[]
}

/** What a relay has done since it was made, and what it holds now; for metrics. */
export interface RelayStats {
  /** Entries acknowledged by the broker. */
  readonly published: number
  /** Batches acknowledged. */
  readonly batches: number
  /** Appends that failed and were, or will be, made again. */
  readonly failures: number
  /** Slots of the outbox that this relay works for, of 32. */
  readonly slots: number
  /** Entries on their way to the broker. */
  readonly inFlight: number
  /** The age of the oldest entry that was not sent when the outbox was last read, in milliseconds; 0 for none. */
  readonly oldestMs: number
}

/** Problems that last, each at its place, until they are over. */
export class Problems {
  readonly #reasons = new Map<string, RelayHealthReason>()

  set(place: string, code: RelayHealthReason['code'], message: string): void {
    this.#reasons.set(place, { code, message })
  }

  clear(place: string): void {
    this.#reasons.delete(place)
  }

  get reasons(): readonly RelayHealthReason[] {
    return [...this.#reasons.values()]
  }
}
