/** A message that is not done yet, as a link of the chain of its partition. */
export interface Pending<Self> {
  readonly offset: number
  before: Self | undefined
  after: Self | undefined
}

/** Offsets from `from` up to, but without, `to`. */
export interface OffsetRange {
  readonly from: number
  readonly to: number
}

/**
 * The watermark is the offset below which everything in a partition is done: the position to commit.
 *
 * Only messages that are not done are held, in order; so gaps between offsets need no care, and the span above the
 * watermark costs nothing however long one message is pending.
 */
export class Watermark<Item extends Pending<Item>> {
  #first: Item | undefined
  #last: Item | undefined
  #count = 0
  #next: number | undefined

  /** `next` is the offset to be read next; undefined where the partition is read from its beginning, wherever that is. */
  constructor(next: number | undefined) {
    this.#next = next
  }

  /** The offset to be read next. */
  get next(): number | undefined {
    return this.#next
  }

  /** How many messages are not done. */
  get pending(): number {
    return this.#count
  }

  /** The first offset that is not done; undefined before anything was read. */
  get position(): number | undefined {
    return this.#first === undefined ? this.#next : this.#first.offset
  }

  /** Everything below this offset has been read. */
  readTo(next: number): void {
    this.#next = next
  }

  /** Takes in a message that is not done. Its offset is above all before it. */
  add(item: Item): void {
    item.before = this.#last
    if (this.#last === undefined) this.#first = item
    else this.#last.after = item
    this.#last = item
    this.#count += 1
  }

  /** A message is done. */
  remove(item: Item): void {
    if (item.before === undefined) this.#first = item.after
    else item.before.after = item.after
    if (item.after === undefined) this.#last = item.before
    else item.after.before = item.before
    item.before = undefined
    item.after = undefined
    this.#count -= 1
  }

  /** The messages that are not done, lowest offset first. */
  *items(): Generator<Item> {
    for (let item = this.#first; item !== undefined; ) {
      // Read before yielding: the caller may remove the item.
      const { after } = item
      yield item
      item = after
    }
  }

  /** What is done above the watermark. Offsets without a message count as done. */
  done(): OffsetRange[] {
    const ranges: OffsetRange[] = []
    let from: number | undefined
    const upTo = (to: number | undefined): void => {
      if (from !== undefined && to !== undefined && to > from) ranges.push({ from, to })
    }
    for (let item = this.#first; item !== undefined; item = item.after) {
      upTo(item.offset)
      from = item.offset + 1
    }
    upTo(this.#next)
    return ranges
  }
}

/** Ranges and those above them as one list: two that touch become one. */
export function joinedRanges(low: readonly OffsetRange[], high: readonly OffsetRange[]): readonly OffsetRange[] {
  const last = low.at(-1)
  const first = high[0]
  if (last === undefined || first === undefined || last.to !== first.from) return [...low, ...high]
  return [...low.slice(0, -1), { from: last.from, to: first.to }, ...high.slice(1)]
}
