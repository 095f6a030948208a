import type { OriginalMessage, OutgoingMessage } from '@house-helper/events-core'

/** So much in one batch that bad messages and their neighbours share it, and that it has room in the topic. */
const BATCH_BYTES = 800_000
/** What a record takes beside what it carries, rounded up; and a header. */
const RECORD_BYTES = 100
const HEADER_BYTES = 10

/** Cuts messages into batches that a topic takes, each as large as can be; one that is larger stands alone. */
export function batchesOf(messages: readonly OutgoingMessage[]): readonly (readonly OutgoingMessage[])[] {
  const batches: OutgoingMessage[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    bytes += sizeOf(message)
    if (bytes > BATCH_BYTES) {
      batches.push([])
      bytes = sizeOf(message)
    }
    batches.at(-1)?.push(message)
  }
  return batches
}

function sizeOf({ key, value, headers = [] }: OutgoingMessage): number {
  const ofHeaders = headers.reduce((sum, [name, bytes]) => sum + name.length + (bytes?.length ?? 0) + HEADER_BYTES, 0)
  return RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders
}

/** What a message is made of, in a form that tells any two bytes apart when it is compared. */
export function bytesOf({ key, value, headers = [] }: Partial<OriginalMessage>) {
  const text = (bytes: Uint8Array | null | undefined) => bytes && Buffer.from(bytes).toString('base64')
  return { key: text(key), value: text(value), headers: headers.map(([name, bytes]) => [name, text(bytes)]) }
}
