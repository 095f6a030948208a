/** What the proxy does to a request. */
export type FaultKind =
  /** The connection is cut before the server gets the request. */
  | 'cut-before'
  /** The server gets the request and does it; the connection is cut instead of passing the answer on. */
  | 'cut-after'
  /** The answer, and what follows it on the connection, waits `delayMs`. */
  | 'delay'
  /** From this request on nothing passes the connection in either direction, and it stays open, until the fault is lifted. */
  | 'blackhole'

/** A fault for the next matching requests. */
export interface Fault {
  readonly kind: FaultKind
  /** The requests it hits: Kafka's API names (`Produce`) or MongoDB's commands (`insert`). Default: any. */
  readonly requests?: readonly string[]
  /** Matching requests that pass first. Default 0. */
  readonly skip?: number
  /** How many requests it hits. Default 1. */
  readonly times?: number
  /** For `delay`, in milliseconds. */
  readonly delayMs?: number
}

/** A fault at work. */
export interface ActiveFault {
  readonly fault: Fault
  /** How many requests it has hit. */
  readonly hits: number
  /** Resolves with its last hit, or when it is lifted. */
  readonly spent: Promise<void>
  /** Takes it back; connections that it swallowed are cut, so that both sides notice. */
  lift(): void
}

/** One request hit by a fault, for the report of a run. */
export interface Hit {
  readonly kind: FaultKind
  readonly request: string
  /** Milliseconds since the proxy was started. */
  readonly atMs: number
}

/** Counts a fault's way from its first matching request to its last. */
export class FaultState implements ActiveFault {
  readonly fault: Fault
  readonly spent: Promise<void>
  readonly #onLift: () => void
  #resolveSpent: () => void = () => {}
  #skipped = 0
  #hits = 0

  constructor(fault: Fault, onLift: () => void) {
    this.fault = fault
    this.#onLift = onLift
    this.spent = new Promise((resolve) => {
      this.#resolveSpent = resolve
    })
  }

  get hits(): number {
    return this.#hits
  }

  /** Whether this request is hit; counts it if so. */
  take(request: string): boolean {
    const { requests, skip = 0, times = 1 } = this.fault
    if (this.#hits >= times || (requests !== undefined && !requests.includes(request))) return false
    if (this.#skipped < skip) {
      this.#skipped += 1
      return false
    }
    this.#hits += 1
    if (this.#hits === times) this.#resolveSpent()
    return true
  }

  lift(): void {
    this.#resolveSpent()
    this.#onLift()
  }
}
