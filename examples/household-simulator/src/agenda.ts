/** An agenda gives back what was put in, the earliest first; of two at the same time, the one put in first. */
export interface Agenda<Entry> {
  add(timeMs: number, entry: Entry): void
  /** Takes out the earliest entry, or undefined where there is none. */
  take(): { readonly timeMs: number; readonly entry: Entry } | undefined
}

interface Node<Entry> {
  readonly timeMs: number
  readonly sequence: number
  readonly entry: Entry
}

/** Creates an empty agenda: a binary heap. */
export function createAgenda<Entry>(): Agenda<Entry> {
  const heap: Node<Entry>[] = []
  let sequence = 0
  return {
    add: (timeMs, entry) => {
      heap.push({ timeMs, sequence: sequence++, entry })
      rise(heap, heap.length - 1)
    },
    take: () => {
      const first = heap[0]
      const last = heap.pop()
      if (first !== undefined && last !== undefined && first !== last) {
        heap[0] = last
        sink(heap)
      }
      return first
    },
  }
}

function before<Entry>(one: Node<Entry> | undefined, other: Node<Entry> | undefined): boolean {
  if (one === undefined || other === undefined) return one !== undefined
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.sequence < other.sequence)
}

function rise<Entry>(heap: Node<Entry>[], from: number): void {
  let child = from
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (!before(heap[child], heap[parent])) return
    swap(heap, child, parent)
    child = parent
  }
}

function sink<Entry>(heap: Node<Entry>[]): void {
  let parent = 0
  for (;;) {
    const left = 2 * parent + 1
    const child = before(heap[left + 1], heap[left]) ? left + 1 : left
    if (!before(heap[child], heap[parent])) return
    swap(heap, child, parent)
    parent = child
  }
}

function swap<Entry>(heap: Node<Entry>[], one: number, other: number): void {
  const kept = heap[one] as Node<Entry>
  heap[one] = heap[other] as Node<Entry>
  heap[other] = kept
}
