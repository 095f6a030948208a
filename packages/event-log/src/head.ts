import { hash } from 'node:crypto'
import type { FetchedMessage } from '@house-helper/events-core'

/** The head before a generation's first message: 32 zero bytes. */
export const FIRST_HEAD: Uint8Array = new Uint8Array(32)

/** Chains messages into a head, one after the other. */
export interface HeadChain {
  /**
   * SHA-256 over: the head before (32 bytes), the offset (8 bytes, big-endian), the key, the number of headers (4 bytes),
   * each header's name and value, the value. A key, name or value is its length (4 bytes, big-endian) and its bytes;
   * null is the length ffffffff. Names are UTF-8. All of it is what the topic holds, and nothing else is.
   */
  append(head: Uint8Array, message: Pick<FetchedMessage, 'offset' | 'key' | 'headers' | 'value'>): Uint8Array
}

/** Makes a chain; it keeps one buffer, so that hashing a message allocates nothing but its digest. */
export function headChain(): HeadChain {
  let buffer = Buffer.allocUnsafe(64 * 1024)
  return {
    append(head, message) {
      const size = encodedLength(message)
      if (buffer.length < size) buffer = Buffer.allocUnsafe(size * 2)
      encode(buffer, head, message)
      const digest = hash('sha256', buffer.subarray(0, size), 'buffer')
      // One message of megabytes would otherwise keep its buffer for good.
      if (buffer.length > 1024 * 1024) buffer = Buffer.allocUnsafe(64 * 1024)
      return digest
    },
  }
}

type Hashed = Parameters<HeadChain['append']>[1]

const NULL_LENGTH = 0xffffffff

function encodedLength({ key, headers, value }: Hashed): number {
  let length = 32 + 8 + 4 + (key?.length ?? 0) + 4 + 4 + (value?.length ?? 0)
  for (const [name, content] of headers) length += 4 + Buffer.byteLength(name) + 4 + (content?.length ?? 0)
  return length
}

function encode(buffer: Buffer, head: Uint8Array, { offset, key, headers, value }: Hashed): void {
  buffer.set(head, 0)
  buffer.writeUInt32BE(Math.floor(offset / 2 ** 32), 32)
  buffer.writeUInt32BE(offset % 2 ** 32, 36)
  let at = writeBytes(buffer, 40, key)
  at = buffer.writeUInt32BE(headers.length, at)
  for (const [name, content] of headers) {
    at = buffer.writeUInt32BE(Buffer.byteLength(name), at)
    at += buffer.write(name, at)
    at = writeBytes(buffer, at, content)
  }
  writeBytes(buffer, at, value)
}

function writeBytes(buffer: Buffer, at: number, bytes: Uint8Array | null): number {
  const start = buffer.writeUInt32BE(bytes === null ? NULL_LENGTH : bytes.length, at)
  if (bytes !== null) buffer.set(bytes, start)
  return start + (bytes?.length ?? 0)
}

/** A message's own digest, by which it is known again: its head as if it were a generation's first. */
export function messageDigest(chain: HeadChain, message: Hashed): Uint8Array {
  return chain.append(FIRST_HEAD, message)
}
