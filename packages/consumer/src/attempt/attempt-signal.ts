import { SubscriberError } from '../errors.ts'

/** The signal of an attempt, with why it was aborted. The signal itself is made when it is asked for. */
export class AttemptSignal {
  #controller: AbortController | undefined
  #aborted: SubscriberError | undefined
  #timeout: SubscriberError | undefined

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted)
    }
    return this.#controller.signal
  }

  /** Why the attempt has failed whatever the handler still does, where its deadline has passed. */
  get timeout(): SubscriberError | undefined {
    return this.#timeout
  }

  /** Whether the attempt was aborted through no fault of the handler. */
  get interrupted(): boolean {
    return this.#aborted !== undefined && this.#aborted !== this.#timeout
  }

  /** Aborts the handler through no fault of its own. */
  interrupt(reason: SubscriberError): void {
    if (this.#aborted !== undefined) return
    this.#aborted = reason
    this.#controller?.abort(reason)
  }

  /** The deadline has passed. */
  expire(type: string, timeoutMs: number): SubscriberError {
    this.#timeout = new SubscriberError(
      'HANDLER_TIMEOUT',
      `The handler of ${type} was not done after ${timeoutMs} ms. Heed context.signal, or raise timeoutMs.`,
      { canRetry: true },
    )
    this.interrupt(this.#timeout)
    return this.#timeout
  }

  /** What came of the attempt after the handler has thrown anything at all. */
  failure(thrown: unknown): SubscriberError {
    return this.#timeout ?? this.#aborted ?? handlerFailed(thrown)
  }
}

/** The failure of a handler that threw anything at all, or said that handling an event did. */
export function handlerFailed(thrown: unknown): SubscriberError {
  return new SubscriberError('HANDLER_FAILED', `The handler threw ${described(thrown)}`, {
    cause: thrown,
    canRetry: true,
  })
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
