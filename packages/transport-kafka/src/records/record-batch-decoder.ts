import type { FetchedMessage, Headers } from '@house-helper/events-core'
import { type Decompress, decompressor } from './codecs.ts'

/** A transaction that was given up, whose messages a reader must not see. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

/** A record batch as it came: its messages are not read yet. */
export interface RecordBatch {
  readonly header: BatchHeader
  /** As they lie there, perhaps compressed. */
  readonly records: Buffer
  readonly decompress: Decompress | undefined
}

/** What a fetch brought of one partition. */
export interface FetchedRecords {
  /** Without markers and given-up transactions. */
  readonly batches: readonly RecordBatch[]
  /** The offset after the last complete batch, markers and given-up messages included; undefined where none came. */
  readonly nextOffset: number | undefined
}

const HEADER_BYTES = 61
const LOG_APPEND_TIME = 8
const TRANSACTIONAL = 16
const CONTROL = 32
const noHeaders: Headers = []

/** A batch lies in the format from before Kafka 0.11, which neither carries headers nor is read here. */
export class OldRecordFormat extends Error {
  override readonly name = 'OldRecordFormat'
}

/**
 * Finds the record batches of one partition. Throws `OldRecordFormat` and `UnknownCodec` for what cannot be read here.
 *
 * Used in place of a client's own decoder: kafkajs's makes several objects and 64-bit numbers for each record, and keeps no order of headers.
 */
export function findBatches(bytes: Buffer, aborted: readonly AbortedTransaction[] = []): FetchedRecords {
  const batches: RecordBatch[] = []
  const isAborted = abortedFilter(aborted)
  let nextOffset: number | undefined
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8)
    // Brokers cut what they send at the byte limit, through the middle of a batch.
    if (end > bytes.length) break
    if (bytes.readInt8(at + 16) !== 2) throw new OldRecordFormat('The batch has the format of Kafka before 0.11.')
    const header = readBatchHeader(bytes, at)
    if (!isAborted(header)) {
      const records = bytes.subarray(at + HEADER_BYTES, end)
      batches.push({ header, records, decompress: decompressor(header.attributes) })
    }
    nextOffset = header.baseOffset + header.lastOffsetDelta + 1
    at = end
  }
  return { batches, nextOffset }
}

/**
 * Reads the messages of record batches from an offset on, at least `atLeast` at a time where there are as many. Keys and
 * values are views of the given bytes.
 *
 * Not all at once: what is read and waits for its turn is copied again and again by the garbage collector.
 */
export async function* readMessages(
  batches: readonly RecordBatch[],
  fromOffset: number,
  atLeast: number,
): AsyncGenerator<FetchedMessage[]> {
  let messages: FetchedMessage[] = []
  for (const { header, records, decompress } of batches) {
    readRecords(decompress === undefined ? records : await decompress(records), header, fromOffset, messages)
    if (messages.length < atLeast) continue
    yield messages
    messages = []
  }
  if (messages.length > 0) yield messages
}

/** Reads all messages of record batches from an offset on. */
export async function readAllMessages(batches: readonly RecordBatch[], fromOffset: number): Promise<FetchedMessage[]> {
  for await (const messages of readMessages(batches, fromOffset, Number.POSITIVE_INFINITY)) return messages
  return []
}

/** The fixed fields before a batch's records. */
export type BatchHeader = ReturnType<typeof readBatchHeader>

function readBatchHeader(bytes: Buffer, at: number) {
  const attributes = bytes.readInt16BE(at + 21)
  const maxTimestamp = int64(bytes, at + 35)
  return {
    baseOffset: int64(bytes, at),
    attributes,
    lastOffsetDelta: bytes.readInt32BE(at + 23),
    baseTimestamp: int64(bytes, at + 27),
    appendTimestamp: attributes & LOG_APPEND_TIME ? maxTimestamp : undefined,
    producerId: bytes.readBigInt64BE(at + 43),
    count: bytes.readInt32BE(at + 57),
  }
}

/** Tells which batches to leave out: markers, and those of transactions that were given up. */
function abortedFilter(aborted: readonly AbortedTransaction[]): (batch: BatchHeader) => boolean {
  const open = new Set<bigint>()
  const coming = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  return ({ attributes, producerId, baseOffset, lastOffsetDelta }) => {
    while (coming[0] && coming[0].firstOffset <= baseOffset + lastOffsetDelta) {
      open.add((coming.shift() as AbortedTransaction).producerId)
    }
    if (attributes & CONTROL) {
      // A marker ends its producer's transaction, whichever way it went.
      open.delete(producerId)
      return true
    }
    return (attributes & TRANSACTIONAL) !== 0 && open.has(producerId)
  }
}

function readRecords(bytes: Buffer, batch: BatchHeader, from: number, into: FetchedMessage[]): void {
  const cursor = new Cursor(bytes)
  for (let index = 0; index < batch.count; index++) {
    const end = cursor.number() + cursor.at
    cursor.at++
    const timestampMs = batch.baseTimestamp + cursor.number()
    const offset = batch.baseOffset + cursor.number()
    if (offset >= from) {
      into.push({
        offset,
        timestampMs: batch.appendTimestamp ?? timestampMs,
        key: cursor.bytes(),
        value: cursor.bytes(),
        headers: cursor.headers(),
      })
    }
    cursor.at = end
  }
}

class Cursor {
  at = 0
  readonly #buffer: Buffer

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  /** A zigzag variable-length number. */
  number(): number {
    const buffer = this.#buffer
    let byte = buffer[this.at++] as number
    let bits = byte & 127
    if (byte > 127) {
      byte = buffer[this.at++] as number
      bits |= (byte & 127) << 7
      // Arithmetic from the third byte on: a timestamp's difference may outgrow 32 bits.
      for (let factor = 16_384; byte > 127; factor *= 128) {
        byte = buffer[this.at++] as number
        bits += (byte & 127) * factor
      }
    }
    return bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2
  }

  bytes(): Buffer | null {
    const length = this.number()
    if (length < 0) return null
    const start = this.at
    this.at += length
    return this.#buffer.subarray(start, this.at)
  }

  headers(): Headers {
    const count = this.number()
    if (count <= 0) return noHeaders
    const headers: [string, Buffer | null][] = []
    for (let index = 0; index < count; index++) {
      const length = this.number()
      const name = this.#buffer.toString('utf8', this.at, this.at + length)
      this.at += length
      headers.push([name, this.bytes()])
    }
    return headers
  }
}

/** Reads a 64-bit number that is known to be a safe integer. */
export function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4)
}
