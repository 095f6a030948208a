import type { Progress, TriedEvent } from './commit-metadata.ts'
import type { OffsetRange } from './watermark.ts'

/** What the member before this one had done above the committed offset, as far as it is not read again yet. */
export class InheritedProgress {
  #done: readonly OffsetRange[]
  #tried: readonly TriedEvent[]

  constructor(progress: Progress | undefined) {
    this.#done = progress?.done ?? []
    this.#tried = progress?.tried ?? []
  }

  /** Whether the event at this offset is done. Asked for rising offsets. */
  wasDone(offset: number): boolean {
    if (this.#done.length === 0) return false
    this.#done = this.doneFrom(offset)
    const first = this.#done[0]
    return first !== undefined && first.from <= offset
  }

  /** How often the event at this offset was tried, or undefined. Asked for rising offsets. */
  triedAt(offset: number): TriedEvent | undefined {
    if (this.#tried.length === 0) return undefined
    this.#tried = this.triedFrom(offset)
    const first = this.#tried[0]
    return first?.offset === offset ? first : undefined
  }

  /** What is done at and above an offset. */
  doneFrom(offset: number): readonly OffsetRange[] {
    const first = this.#done[0]
    if (first === undefined || first.from >= offset) return this.#done
    return this.#done.filter(({ to }) => to > offset).map(({ from, to }) => ({ from: Math.max(from, offset), to }))
  }

  /** What was tried at and above an offset. */
  triedFrom(offset: number): readonly TriedEvent[] {
    const first = this.#tried[0]
    if (first === undefined || first.offset >= offset) return this.#tried
    return this.#tried.filter((event) => event.offset >= offset)
  }
}
