import type { FetchedMessage, Headers, OutgoingMessage } from '@house-helper/events-core'

/** How much of a partition is kept; the oldest messages go first. */
export interface Retention {
  readonly maxMessages: number
  readonly maxBytes: number
}

/** A partition log is the messages of one partition, from `low` up to but without `high`. */
export interface PartitionLog {
  /** The first offset that is still there. */
  readonly low: number
  /** The offset that the next message gets. */
  readonly high: number
  /** Appends all messages and returns the first one's offset. */
  append(messages: readonly OutgoingMessage[], nowMs: number): number
  /** At least one message at or after the offset, if there is one, and at most about `maxBytes`. */
  read(offset: number, maxBytes: number): FetchedMessage[]
  /** Drops every message before the offset. */
  truncate(offset: number): void
}

/** Makes an empty partition log. */
export function createPartitionLog(retention: Retention): PartitionLog {
  let messages: FetchedMessage[] = []
  let dropped = 0
  let low = 0
  let bytes = 0

  const dropFirst = (): void => {
    const first = messages[dropped]
    if (first === undefined) return
    bytes -= messageBytes(first)
    dropped += 1
    low += 1
  }
  // Cutting the array for each dropped message would copy it each time.
  const compact = (): void => {
    if (dropped * 2 < messages.length) return
    messages = messages.slice(dropped)
    dropped = 0
  }
  const kept = (): number => messages.length - dropped

  return {
    get low() {
      return low
    },
    get high() {
      return low + kept()
    },
    append(outgoing, nowMs) {
      const base = low + kept()
      for (const [index, message] of outgoing.entries()) {
        const stored = store(message, base + index, nowMs)
        messages.push(stored)
        bytes += messageBytes(stored)
      }
      while (kept() > 1 && (kept() > retention.maxMessages || bytes > retention.maxBytes)) dropFirst()
      compact()
      return base
    },
    read(offset, maxBytes) {
      const found: FetchedMessage[] = []
      let size = 0
      for (let index = dropped + Math.max(offset - low, 0); index < messages.length; index += 1) {
        const message = messages[index] as FetchedMessage
        size += messageBytes(message)
        if (found.length > 0 && size > maxBytes) break
        found.push(message)
      }
      return found
    },
    truncate(offset) {
      while (low < offset && kept() > 0) dropFirst()
      compact()
    },
  }
}

/** About what a message takes in a batch: key, value, headers, and twenty bytes for lengths and offsets. */
export function messageBytes(message: OutgoingMessage | FetchedMessage): number {
  let size = 20 + (message.key?.length ?? 0) + (message.value?.length ?? 0)
  for (const [name, value] of message.headers ?? []) size += 4 + Buffer.byteLength(name) + (value?.length ?? 0)
  return size
}

/** Copies the bytes: what the caller does with its buffers afterwards changes no message. */
function store(message: OutgoingMessage, offset: number, nowMs: number): FetchedMessage {
  const headers: Headers = (message.headers ?? []).map(([name, value]) => [name, copy(value)] as const)
  const timestampMs = message.timestampMs ?? nowMs
  return { offset, timestampMs, key: copy(message.key), value: copy(message.value), headers }
}

function copy(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Buffer.from(bytes)
}
