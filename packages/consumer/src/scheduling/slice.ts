import { setImmediate as turn } from 'node:timers/promises'

/**
 * A slice is how long events may be taken in, and handled where handlers need no wait, in one go. After it the event loop
 * gets its turn: for heartbeats, and for reading what brokers send meanwhile.
 */
export class Slice {
  readonly #lengthMs: number
  #endMs = 0
  #end: Promise<void> | undefined

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  /** Whether it is over. Asking begins one where there is none. */
  isOver(): boolean {
    const nowMs = performance.now()
    if (this.#end === undefined) {
      this.#endMs = nowMs + this.#lengthMs
      this.#end = this.#turn()
    }
    return nowMs >= this.#endMs
  }

  /** Resolves when the event loop has had its turn. */
  async next(): Promise<void> {
    await this.#end
  }

  async #turn(): Promise<void> {
    await turn()
    this.#end = undefined
  }
}
