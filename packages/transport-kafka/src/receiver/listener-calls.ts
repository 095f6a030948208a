/** What the calls of a listener need of its receiver. */
export interface ListenerCallsOptions {
  /** Whether the receiver has not ended: afterwards its listener hears nothing. */
  isOpen(): boolean
  /** A listener threw: a defect of it, and the receiver's end. */
  onThrow(cause: unknown): void
}

/** The calls of one listener, of which none reaches the Kafka client with an error. */
export interface ListenerCalls {
  /** Calls a method that returns nothing, at once. */
  tell(call: () => void): void
  /** Calls a method that takes time once the ones before it are done. Never rejects. */
  inTurn(call: () => Promise<void>): Promise<void>
}

/** Makes the calls of a receiver's listener. */
export function createListenerCalls({ isOpen, onThrow }: ListenerCallsOptions): ListenerCalls {
  let turn: Promise<void> = Promise.resolve()
  return {
    tell(call) {
      if (!isOpen()) return
      try {
        call()
      } catch (error) {
        onThrow(error)
      }
    },
    inTurn(call) {
      turn = turn.then(() => (isOpen() ? call() : undefined)).catch(onThrow)
      return turn
    },
  }
}
