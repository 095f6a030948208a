import type { Logger } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { Delivery, HandlerContext } from '../handler-context.ts'
import { idConflict, receiptHeld } from '../once.ts'
import type { PendingEvent, Run } from '../scheduling/pending-event.ts'
import { deliveryOf } from '../setting-aside/delivery-note.ts'
import { AttemptSignal } from './attempt-signal.ts'
import { boundLogger } from './bound-logger.ts'

/**
 * An attempt is one run of a handler for one event. It is the context that the handler gets.
 *
 * What few handlers use is made when it is asked for: the signal above all.
 */
export class Attempt implements HandlerContext, Run {
  readonly event: PendingEvent
  readonly startedMs: number
  readonly #number: number
  readonly #logger: Logger
  #madeSignal: AttemptSignal | undefined
  #rejection: SubscriberError | undefined

  constructor(event: PendingEvent, logger: Logger, startedMs: number) {
    this.event = event
    this.startedMs = startedMs
    this.#number = event.attemptsAltogether
    this.#logger = logger
  }

  get signal(): AbortSignal {
    return this.#signal.signal
  }

  get #signal(): AttemptSignal {
    this.#madeSignal ??= new AttemptSignal()
    return this.#madeSignal
  }

  get delivery(): Delivery {
    return deliveryOf(this.event, this.#number)
  }

  get reject(): (reason: string) => never {
    return (reason) => {
      // Kept, so that a handler that catches everything cannot turn it into a success or a retry.
      this.#rejection = new SubscriberError('REJECTED', `The handler rejected the event: ${String(reason)}`)
      throw this.#rejection
    }
  }

  get logger(): Logger {
    return boundLogger(this.#logger, this.event.place())
  }

  /** The time by which the handler has to be done, by the monotonic clock. */
  get deadlineMs(): number {
    return this.startedMs + this.event.route.timeoutMs
  }

  /** The event's id has a receipt already, of an event that says something else. Trying again would not help. */
  conflict(): SubscriberError {
    this.#rejection = idConflict(this.event)
    return this.#rejection
  }

  /** Another attempt has the receipt in hand: this one is repeated and does not count, for the handler did not run. */
  held(): SubscriberError {
    this.#rejection = receiptHeld(this.event)
    return this.#rejection
  }

  /** Aborts the handler through no fault of its own: this attempt does not count, unless it succeeds all the same. */
  interrupt(reason: SubscriberError): void {
    this.#signal.interrupt(reason)
  }

  /** The deadline has passed: the attempt has failed, whatever the handler still does. */
  expire(): SubscriberError {
    const { timeoutMs, contract } = this.event.route
    return this.#signal.expire(contract.type, timeoutMs)
  }

  /** Whether the attempt was aborted through no fault of the handler. */
  get interrupted(): boolean {
    return this.#madeSignal?.interrupted ?? false
  }

  /** What came of the attempt after the handler has returned. */
  afterReturn(): SubscriberError | undefined {
    return this.#rejection ?? this.#madeSignal?.timeout
  }

  /** What came of the attempt after the handler has thrown anything at all. */
  afterThrow(thrown: unknown): SubscriberError {
    return this.#rejection ?? this.#signal.failure(thrown)
  }
}
