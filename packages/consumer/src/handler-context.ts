import type { DeliveryKind, Logger } from '@house-helper/events-core'

/** A delivery is one handing of one event to one group. */
export interface Delivery {
  /** Stated on the message; a repetition in place is the same delivery with a higher `attempt`. */
  readonly kind: DeliveryKind
  /** From 1. Counts on over restarts, as far as the progress was committed, and over later retries. */
  readonly attempt: number
  /** How often this event is tried before it is given up, later retries with it. */
  readonly attempts: number
  /** Where the event was first: the place in its domain topic, whatever the kind. */
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** The broker's or the producer's time, in milliseconds since 1970. */
  readonly timestampMs: number
  readonly groupId: string
  /** The replay run that sent it; kept when a replayed event is tried again later. */
  readonly replayRunId?: string
  /** The redrive that sent it; kept when a redriven event is tried again later. */
  readonly redriveId?: string
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
