import type { FetchedMessage } from '@house-helper/events-core'

/** What may wait and what one batch may hold. */
export interface QueueLimits {
  readonly maxBatchMessages: number
  readonly maxBatchBytes: number
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
}

/** One partition's messages that wait to be written, in order. */
export interface MessageQueue {
  readonly length: number
  /** Whether no more may be added; what is over the bound by one fetch is kept. */
  readonly full: boolean
  /** Whether at most half of the bound waits: time to receive again. */
  readonly halfEmpty: boolean
  push(messages: readonly FetchedMessage[]): void
  /** Takes the next batch: at least one message, else as many as the limits allow. */
  take(): FetchedMessage[]
  clear(): void
}

/** Makes an empty queue. */
export function messageQueue(limits: QueueLimits): MessageQueue {
  let messages: FetchedMessage[] = []
  let bytes = 0
  return {
    get length() {
      return messages.length
    },
    get full() {
      return messages.length >= limits.maxQueuedMessages || bytes >= limits.maxQueuedBytes
    },
    get halfEmpty() {
      return messages.length <= limits.maxQueuedMessages / 2 && bytes <= limits.maxQueuedBytes / 2
    },
    push(added) {
      for (const message of added) {
        messages.push(message)
        bytes += sizeOf(message)
      }
    },
    take() {
      let end = 0
      let taken = 0
      while (end < messages.length && end < limits.maxBatchMessages) {
        const message = messages[end]
        if (message === undefined || (taken > 0 && taken + sizeOf(message) > limits.maxBatchBytes)) break
        taken += sizeOf(message)
        end++
      }
      const batch = messages.slice(0, end)
      messages = messages.slice(end)
      bytes -= taken
      return batch
    },
    clear() {
      messages = []
      bytes = 0
    },
  }
}

/** What a message keeps in memory, roughly: its bytes and the objects around them. */
function sizeOf({ key, value, headers }: FetchedMessage): number {
  return 200 + (key?.length ?? 0) + (value?.length ?? 0) + 100 * headers.length
}
