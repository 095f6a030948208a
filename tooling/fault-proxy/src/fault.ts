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
  /** The request, and what the client sends after it, waits until the fault is lifted; then it goes on. */
  | 'hold-before'
  /** The server does the request; the answer, and what follows it, waits until the fault is lifted; then it goes on. */
  | 'hold-after'

/** A fault for the next matching requests. */
export interface Fault {
  readonly kind: FaultKind
  /** The requests it hits: Kafka's API names (`Produce`) or MongoDB's commands (`insert`). Default: any. */
  readonly requests?: readonly string[]
  /** Of these requests, those whose bytes it accepts: of one client, of one collection. Default: all. */
  readonly where?: (request: Buffer) => boolean
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
  /** Resolves when a request or an answer waits because of it, or when it is lifted. */
  readonly holding: Promise<void>
  /** Takes it back; what it holds goes on, and connections that it swallowed are cut, so that both sides notice. */
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
  readonly #onLift: () => void
  readonly #spent = Promise.withResolvers<void>()
  readonly #holding = Promise.withResolvers<void>()
  readonly #lifted = Promise.withResolvers<void>()
  #skipped = 0
  #hits = 0

  constructor(fault: Fault, onLift: () => void) {
    this.fault = fault
    this.#onLift = onLift
  }

  get spent(): Promise<void> {
    return this.#spent.promise
  }

  get holding(): Promise<void> {
    return this.#holding.promise
  }

  get hits(): number {
    return this.#hits
  }

  /** Whether this request is hit; counts it if so. */
  take(request: string, message: Buffer): boolean {
    const { requests, where, skip = 0, times = 1 } = this.fault
    if (this.#hits >= times || (requests !== undefined && !requests.includes(request))) return false
    if (where !== undefined && !where(message)) return false
    if (this.#skipped < skip) {
      this.#skipped += 1
      return false
    }
    this.#hits += 1
    if (this.#hits === times) this.#spent.resolve()
    return true
  }

  /** Something waits from now on; resolves when the fault is lifted. */
  hold(): Promise<void> {
    this.#holding.resolve()
    return this.#lifted.promise
  }

  lift(): void {
    this.#spent.resolve()
    this.#holding.resolve()
    this.#lifted.resolve()
    this.#onLift()
  }
}
