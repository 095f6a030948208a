/** How a failed event is tried again. */
export interface RetryOptions {
  /** Attempts in place, the first included. Default 5. */
  readonly attempts?: number
  /** The first pause; each later one is twice as long. Default 200. */
  readonly baseMs?: number
  /** The longest pause. Default 30,000. */
  readonly maxMs?: number
  /** Tries it again later, after the attempts in place, through the group's inbox topic. Default: not. */
  readonly later?: LaterOptions | false | undefined
}

/**
 * How a failed event is tried again later. Its key goes on meanwhile: the order of the key is given up, and a later
 * event of the key may be handled at the same time.
 */
export interface LaterOptions {
  /** The pause before each attempt, in milliseconds; the same for every handler of a group. Default 60,000. */
  readonly delayMs?: number
  /** How often it comes again, one attempt each time. Default 3. */
  readonly attempts?: number
}

/** How a failed event is tried again, with every default filled in. */
export interface Backoff {
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
  /** Undefined where it is not tried again later. */
  readonly later?: Required<LaterOptions> | undefined
}
