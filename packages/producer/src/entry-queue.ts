import type { Entry } from './entry.ts'

/** An entry queue holds entries in the order of their publishing, which is also the order of their deadlines. */
export interface EntryQueue {
  /** Takes the oldest entries: at least one if there is one, and as many as fit into `maxBytes`. */
  take(maxBytes: number): Entry[]
  push(entry: Entry): void
  /** One of the entries was settled from outside; it will not be taken. */
  forget(): void
  /** Whether nothing is left to take. */
  isEmpty(): boolean
  /** The oldest entry that is not settled. */
  first(): Entry | undefined
}

/** Makes an empty queue. */
export function createEntryQueue(): EntryQueue {
  let entries: Entry[] = []
  let head = 0
  let forgotten = 0

  /** Settled entries must not pile up behind a batch that cannot be delivered. */
  function compact(): void {
    if (forgotten * 2 <= entries.length - head) return
    entries = entries.slice(head).filter((entry) => !entry.settled)
    head = 0
    forgotten = 0
  }

  function first(): Entry | undefined {
    while (entries[head]?.settled) head += 1
    return entries[head]
  }

  function take(maxBytes: number): Entry[] {
    first()
    let end = head
    let bytes = 0
    for (; end < entries.length; end += 1) {
      const entry = entries[end] as Entry
      if (entry.settled) continue
      bytes += entry.bytes
      if (bytes > maxBytes && bytes > entry.bytes) break
    }
    let taken = head === 0 && end === entries.length ? entries : entries.slice(head, end)
    if (forgotten > 0) taken = taken.filter((entry) => !entry.settled)
    if (end === entries.length) {
      entries = []
      head = 0
      forgotten = 0
    } else {
      head = end
      // Cutting the array for each batch would copy a long queue each time.
      if (head * 2 > entries.length) {
        entries = entries.slice(head)
        head = 0
      }
    }
    return taken
  }

  return {
    take,
    push: (entry) => void entries.push(entry),
    forget() {
      forgotten += 1
      compact()
    },
    isEmpty: () => first() === undefined,
    first,
  }
}
