import type { Logger } from '@house-helper/events-core'
import { boundLogger } from './bound-logger.ts'
import { originOf } from './delivery-note.ts'
import { SubscriberError } from './errors.ts'
import type { Delivery, HandlerContext } from './handler-context.ts'
import type { PendingEvent } from './pending-event.ts'

/**
 * An attempt is one run of a handler for one event. It is the context that the handler gets.
 *
 * What few handlers use is made when it is asked for: the signal above all.
 */
export class Attempt implements HandlerContext {
  readonly event: PendingEvent
  readonly startedMs: number
  readonly #number: number
  readonly #logger: Logger
  #controller: AbortController | undefined
  #aborted: SubscriberError | undefined
  #rejection: SubscriberError | undefined
  #timeout: SubscriberError | undefined

  constructor(event: PendingEvent, logger: Logger, startedMs: number) {
    this.event = event
    this.startedMs = startedMs
    this.#number = event.attemptsAltogether
    this.#logger = logger
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted)
    }
    return this.#controller.signal
  }

  get delivery(): Delivery {
    const { window, route, note } = this.event
    const { attempts, later } = route.retry
    return {
      kind: note?.kind ?? 'live',
      attempt: this.#number,
      attempts: attempts + (later?.attempts ?? 0),
      ...originOf(this.event),
      groupId: window.groupId,
      ...(note?.replayRunId !== undefined && { replayRunId: note.replayRunId }),
      ...(note?.redriveId !== undefined && { redriveId: note.redriveId }),
    }
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
    const { id } = this.event.envelope
    this.#rejection = new SubscriberError(
      'EVENT_ID_CONFLICT',
      `Another event with the id ${id} was handled before, with another type, subject, user or data. Give each event an id of its own.`,
    )
    return this.#rejection
  }

  /** Another attempt has the receipt in hand: this one is repeated and does not count, for the handler did not run. */
  held(): SubscriberError {
    const message = `Another attempt to handle ${this.event.envelope.id} has not ended; it is waited for.`
    this.#rejection = new SubscriberError('RECEIPT_HELD', message, { canRetry: true })
    return this.#rejection
  }

  /** Aborts the handler through no fault of its own: this attempt does not count, unless it succeeds all the same. */
  interrupt(reason: SubscriberError): void {
    this.#abort(reason)
  }

  /** The deadline has passed: the attempt has failed, whatever the handler still does. */
  expire(): SubscriberError {
    const { timeoutMs, contract } = this.event.route
    this.#timeout = new SubscriberError(
      'HANDLER_TIMEOUT',
      `The handler of ${contract.type} was not done after ${timeoutMs} ms. Heed context.signal, or raise timeoutMs.`,
      { canRetry: true },
    )
    this.#abort(this.#timeout)
    return this.#timeout
  }

  /** Whether the attempt was aborted through no fault of the handler. */
  get interrupted(): boolean {
    return this.#aborted !== undefined && this.#aborted !== this.#timeout
  }

  /** What came of the attempt after the handler has returned. */
  afterReturn(): SubscriberError | undefined {
    return this.#rejection ?? this.#timeout
  }

  /** What came of the attempt after the handler has thrown anything at all. */
  afterThrow(thrown: unknown): SubscriberError {
    if (this.#rejection !== undefined) return this.#rejection
    if (this.#timeout !== undefined) return this.#timeout
    if (this.#aborted !== undefined) return this.#aborted
    return new SubscriberError('HANDLER_FAILED', `The handler threw ${described(thrown)}`, {
      cause: thrown,
      canRetry: true,
    })
  }

  #abort(reason: SubscriberError): void {
    if (this.#aborted !== undefined) return
    this.#aborted = reason
    this.#controller?.abort(reason)
  }
}

/** A thrown value in words. Never throws, whatever was thrown. */
function described(thrown: unknown): string {
  try {
    return thrown instanceof Error
      ? `${thrown.name}: ${thrown.message}`
      : `no Error, but ${typeof thrown} ${String(thrown)}`
  } catch {
    // A proxy or a getter that throws; there is nothing to say about it.
    return 'something that cannot be described'
  }
}
