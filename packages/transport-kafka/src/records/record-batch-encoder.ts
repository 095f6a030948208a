import type { Headers, OutgoingMessage } from '@house-helper/events-core'
import { compressGzip } from './codecs.ts'
import { crc32c } from './crc32c.ts'

/** Which producer writes a batch, and the number of the batch's first record in that producer's sequence. */
export interface BatchIdentity {
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
}

const HEADER_BYTES = 61
const CRC_AT = 17
const ATTRIBUTES_AT = 21

/**
 * Writes messages as one Kafka record batch (format 2), in one pass over one buffer.
 *
 * Used in place of a client's own encoder: kafkajs's cannot write a header that has no value, loses the order of repeated header names, and sorts
 * timestamps as text. Source of the format: Kafka's documentation, "Record Batch".
 */
export async function encodeRecordBatch(
  messages: readonly OutgoingMessage[],
  identity: BatchIdentity,
  compression: 'none' | 'gzip' = 'none',
  nowMs: number = Date.now(),
): Promise<Buffer> {
  const baseTimestamp = messages[0]?.timestampMs ?? nowMs
  const start = compression === 'none' ? HEADER_BYTES : 0
  const { buffer, maxTimestamp } = writeRecords(messages, baseTimestamp, nowMs, start)
  const batch =
    compression === 'none' ? buffer : Buffer.concat([Buffer.allocUnsafe(HEADER_BYTES), await compressGzip(buffer)])
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(compression === 'gzip' ? 1 : 0, ATTRIBUTES_AT)
  batch.writeInt32BE(messages.length - 1, 23)
  batch.writeBigInt64BE(BigInt(baseTimestamp), 27)
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35)
  batch.writeBigInt64BE(BigInt(identity.producerId), 43)
  batch.writeInt16BE(identity.producerEpoch, 51)
  batch.writeInt32BE(identity.firstSequence, 53)
  batch.writeInt32BE(messages.length, 57)
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT)
  return batch
}

function writeRecords(messages: readonly OutgoingMessage[], baseTimestamp: number, nowMs: number, start: number) {
  const sizes = new Array<number>(messages.length)
  let total = start
  let maxTimestamp = baseTimestamp
  messages.forEach((message, index) => {
    const timestamp = message.timestampMs ?? nowMs
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    const size = recordSize(message, index, timestamp - baseTimestamp)
    sizes[index] = size
    total += sizeOfNumber(size) + size
  })
  const buffer = Buffer.allocUnsafe(total)
  let at = start
  messages.forEach((message, index) => {
    at = writeNumber(buffer, at, sizes[index] as number)
    at = writeRecord(buffer, at, message, index, (message.timestampMs ?? nowMs) - baseTimestamp)
  })
  return { buffer, maxTimestamp }
}

function recordSize(message: OutgoingMessage, index: number, timestampDelta: number): number {
  const { key, value, headers } = message
  const plain = 1 + sizeOfNumber(timestampDelta) + sizeOfNumber(index) + sizeOfBytes(key) + sizeOfBytes(value)
  return plain + (headers === undefined || headers.length === 0 ? 1 : sizeOfHeaders(headers))
}

function sizeOfHeaders(headers: Headers): number {
  let size = sizeOfNumber(headers.length)
  for (const [name, value] of headers) {
    const nameBytes = Buffer.byteLength(name)
    size += sizeOfNumber(nameBytes) + nameBytes + sizeOfBytes(value)
  }
  return size
}

function writeRecord(buffer: Buffer, start: number, message: OutgoingMessage, index: number, delta: number): number {
  buffer[start] = 0
  let at = writeNumber(buffer, start + 1, delta)
  at = writeNumber(buffer, at, index)
  at = writeBytes(buffer, at, message.key)
  at = writeBytes(buffer, at, message.value)
  const headers = message.headers ?? []
  at = writeNumber(buffer, at, headers.length)
  for (const [name, value] of headers) {
    at = writeNumber(buffer, at, Buffer.byteLength(name))
    at += buffer.write(name, at)
    at = writeBytes(buffer, at, value)
  }
  return at
}

function writeBytes(buffer: Buffer, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeNumber(buffer, at, -1)
  const from = writeNumber(buffer, at, bytes.length)
  buffer.set(bytes, from)
  return from + bytes.length
}

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfNumber(bytes.length) + bytes.length
}

/** How many bytes a whole number takes as a zigzag variable-length number. */
export function sizeOfNumber(value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  let size = 1
  while (rest > 127) {
    // Arithmetic, since timestamps outgrow the 32 bits of the shift operators.
    rest = Math.floor(rest / 128)
    size++
  }
  return size
}

/** Writes a whole number as a zigzag variable-length number; returns the place after it. */
export function writeNumber(buffer: Uint8Array, start: number, value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  let at = start
  while (rest > 127) {
    buffer[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  buffer[at] = rest
  return at + 1
}
