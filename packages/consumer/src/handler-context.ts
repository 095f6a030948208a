import type { Logger } from '@house-helper/events-core'

/** Why an event is handed over: it is new, tried again later, sent again from the dead letters, or replayed. */
export type DeliveryKind = 'live' | 'retry' | 'redrive' | 'replay'

/** A delivery is one handing of one event to one group. */
export interface Delivery {
  /** Stated on the message; a repetition in place is the same delivery with a higher `attempt`. */
  readonly kind: DeliveryKind
  /** From 1. Counts on over restarts as far as the progress was committed. */
  readonly attempt: number
  /** How often this event is tried before it is given up. */
  readonly attempts: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** The broker's or the producer's time, in milliseconds since 1970. */
  readonly timestampMs: number
  readonly groupId: string
}

/** What a handler gets besides the event. Belongs to one attempt. */
export interface HandlerContext {
  /**
   * Aborts at the handler's deadline, when the partition is lost or its lease uncertain, and when `close()` ran out of
   * time. A handler has to heed it: what it does afterwards may overlap with another member's handling.
   */
  readonly signal: AbortSignal
  readonly delivery: Delivery
  /** Gives the event up at once, for good: trying again would not help. Throws; nothing after it runs. */
  readonly reject: (reason: string) => never
  /** The subscriber's logger with this event's id, type and position on every line. */
  readonly logger: Logger
}
