import type { Logger } from '@house-helper/events-core'
import { AttemptSignal } from '../attempt/attempt-signal.ts'
import { boundLogger } from '../attempt/bound-logger.ts'
import type { SubscriberError } from '../errors.ts'
import { type ReceivedEvent, receivedEvent } from '../event.ts'
import type { Delivery } from '../handler-context.ts'
import type { PendingEvent, Run } from '../scheduling/pending-event.ts'
import { deliveryOf } from '../setting-aside/delivery-note.ts'
import type { BatchContext, BatchOutcome } from './batch-handler.ts'

/** A batch attempt is one run of a batch handler; with receipts it may call the handler several times. */
export class BatchAttempt implements Run {
  readonly event: PendingEvent
  readonly startedMs: number
  readonly deadlineMs: number
  readonly logger: Logger
  readonly #signal = new AttemptSignal()

  constructor(leader: PendingEvent, logger: Logger, startedMs: number) {
    const { topic, partition, groupId } = leader.window
    this.event = leader
    this.startedMs = startedMs
    this.deadlineMs = startedMs + leader.route.timeoutMs
    this.logger = boundLogger(logger, { eventType: leader.route.contract.type, topic, partition, groupId })
  }

  get signal(): AbortSignal {
    return this.#signal.signal
  }

  get timeout(): SubscriberError | undefined {
    return this.#signal.timeout
  }

  get interrupted(): boolean {
    return this.#signal.interrupted
  }

  interrupt(reason: SubscriberError): void {
    this.#signal.interrupt(reason)
  }

  expire(): SubscriberError {
    const { timeoutMs, contract } = this.event.route
    return this.#signal.expire(contract.type, timeoutMs)
  }

  failure(thrown: unknown): SubscriberError {
    return this.#signal.failure(thrown)
  }

  /** The events as a handler gets them, and its context. */
  call(members: readonly PendingEvent[]): {
    readonly events: readonly ReceivedEvent[]
    readonly context: BatchContext
  } {
    const events = members.map(({ envelope, data }) => receivedEvent(envelope, data))
    return { events, context: new CallContext(this, members, events) }
  }
}

class CallContext implements BatchContext {
  readonly #attempt: BatchAttempt
  readonly #members: ReadonlyMap<ReceivedEvent, PendingEvent>

  constructor(attempt: BatchAttempt, members: readonly PendingEvent[], events: readonly ReceivedEvent[]) {
    this.#attempt = attempt
    this.#members = new Map(events.map((event, index) => [event, members[index] as PendingEvent]))
  }

  get signal(): AbortSignal {
    return this.#attempt.signal
  }

  get logger(): Logger {
    return this.#attempt.logger
  }

  readonly delivery = (event: ReceivedEvent): Delivery => {
    const member = this.#members.get(event)
    if (member === undefined) throw new TypeError('The event is none of this batch.')
    return deliveryOf(member)
  }

  readonly done = (event: ReceivedEvent): BatchOutcome => ({ event, kind: 'done' })

  readonly failed = (event: ReceivedEvent, error: unknown): BatchOutcome => ({ event, kind: 'failed', reason: error })

  readonly rejected = (event: ReceivedEvent, reason: string): BatchOutcome => ({ event, kind: 'rejected', reason })
}
