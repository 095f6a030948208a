import type { OutgoingMessage } from '@house-helper/events-core'
import type { PublishError } from './errors.ts'
import type { StampedEvent } from './stamp.ts'

/** Where an event came to lie. */
export interface Published {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/**
 * An entry is one event on its way, from publish until its promise is settled. It is the outgoing message itself, so
 * that a batch is made of entries without another object for each.
 */
export interface Entry extends OutgoingMessage {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly id: string
  readonly type: string
  /** At most what the message takes in a batch. */
  readonly bytes: number
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number
  /** Whether an attempt is under way, or one has ended whose outcome is unknown. */
  maybeWritten: boolean
  settled: boolean
  readonly resolve: (published: Published) => void
  readonly reject: (error: PublishError) => void
  /** Stops listening to the caller's signal, where there is one. */
  unlisten: (() => void) | undefined
}

/** Kafka's record overhead: lengths, deltas and counts as variable-length integers, at their longest. */
const RECORD_OVERHEAD = 24

/** What an event takes in a batch at most. */
export function entryBytes({ key, value }: Pick<StampedEvent, 'key' | 'value'>): number {
  return key.length + value.length + RECORD_OVERHEAD
}
