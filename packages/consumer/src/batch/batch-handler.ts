import type { EventContract, Logger } from '@house-helper/events-core'
import type { ReceivedEvent } from '../event.ts'
import type { Delivery } from '../handler-context.ts'

/** What a batch handler says of one event; `done`, `failed` and `rejected` of its context make them. */
export interface BatchOutcome {
  readonly event: Pick<ReceivedEvent, 'id' | 'type'>
  readonly kind: 'done' | 'failed' | 'rejected'
  /** What was thrown, or why the event is rejected. */
  readonly reason?: unknown
}

/** What a batch handler gets besides the events. Belongs to one run. */
export interface BatchContext<Contract extends EventContract = EventContract> {
  /**
   * Aborts at the handler's deadline, when the partition is lost or its lease uncertain, and when `close()` ran out of
   * time. A handler has to heed it: what it does afterwards may overlap with another member's handling.
   */
  readonly signal: AbortSignal
  /** The subscriber's logger with the partition on every line. */
  readonly logger: Logger
  /** Which delivery an event of this batch is. */
  delivery(event: ReceivedEvent<Contract>): Delivery
  /** The event is handled. `return events.map(done)` says so of all. */
  readonly done: (event: ReceivedEvent<Contract>) => BatchOutcome
  /** The event's handling failed: it is tried again, and later events of its key wait. */
  readonly failed: (event: ReceivedEvent<Contract>, error: unknown) => BatchOutcome
  /** The event is given up at once, for good: trying again would not help. */
  readonly rejected: (event: ReceivedEvent<Contract>, reason: string) => BatchOutcome
}

/**
 * Handles several events of one type and one partition at once, in the order of their offsets, and says of each what
 * came of it, in any order.
 *
 * What it throws is the failure of all of them, and an event without an outcome has failed. What was `done` behind a
 * failed event of the same key comes again after it. An event that failed is tried again alone. `Extra` is what the
 * subscriber's `once` gives besides.
 */
export type BatchHandler<Contract extends EventContract = EventContract, Extra = unknown> = (
  events: readonly ReceivedEvent<Contract>[],
  context: BatchContext<Contract> & Extra,
) => readonly BatchOutcome[] | Promise<readonly BatchOutcome[]>
