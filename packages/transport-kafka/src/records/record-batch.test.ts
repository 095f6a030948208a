import type { OutgoingMessage } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { UnknownCodec } from './codecs.ts'
import { crc32c } from './crc32c.ts'
import {
  type AbortedTransaction,
  findBatches,
  OldRecordFormat,
  readAllMessages,
  readMessages,
} from './record-batch-decoder.ts'
import { encodeRecordBatch, sizeOfNumber, writeNumber } from './record-batch-encoder.ts'

const identity = { producerId: '9007199254740993', producerEpoch: 3, firstSequence: 41 }
const text = (value: string): Buffer => Buffer.from(value)

const messages: readonly OutgoingMessage[] = [
  { key: null, value: null, timestampMs: 1_760_000_000_000 },
  { key: text(''), value: text(''), timestampMs: 1_760_000_000_500 },
  {
    key: Buffer.from([0, 255]),
    value: text('ü'),
    timestampMs: 0,
    headers: [
      ['b', text('1')],
      ['10', null],
      ['b', text('')],
      ['1', text('2')],
    ],
  },
]

describe('a record batch', () => {
  it.each(['none', 'gzip'] as const)('comes back as it was written, with %s', async (compression) => {
    const batch = await encodeRecordBatch(messages, identity, compression)
    const decoded = await decodeRecords(batch, 0)
    expect(decoded.messages).toEqual(messages.map((message, offset) => ({ headers: [], ...message, offset })))
    expect(decoded.nextOffset).toBe(3)
  })

  it('carries its producer, its sequence, its times and a checksum', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    expect(batch.readBigInt64BE(43)).toBe(9007199254740993n)
    expect(batch.readInt16BE(51)).toBe(3)
    expect(batch.readInt32BE(53)).toBe(41)
    expect(batch.readInt32BE(57)).toBe(3)
    expect(Number(batch.readBigInt64BE(27))).toBe(1_760_000_000_000)
    expect(Number(batch.readBigInt64BE(35))).toBe(1_760_000_000_500)
    expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21))
  })

  it('takes the time of the append where a message has none', async () => {
    const batch = await encodeRecordBatch([{ key: null, value: text('x') }], identity, 'none', 1_234)
    expect((await decodeRecords(batch, 0)).messages[0]?.timestampMs).toBe(1_234)
  })

  it('gives the broker’s time to every message where the topic says so', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    batch.writeInt16BE(8, 21)
    batch.writeBigInt64BE(77n, 35)
    const times = (await decodeRecords(batch, 0)).messages.map(({ timestampMs }) => timestampMs)
    expect(times).toEqual([77, 77, 77])
  })

  it('is read from an offset on', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    batch.writeBigInt64BE(100n, 0)
    const decoded = await decodeRecords(batch, 102)
    expect(decoded.messages.map(({ offset }) => offset)).toEqual([102])
    expect(decoded.nextOffset).toBe(103)
  })

  it('is left for later where a broker has cut it in two', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    const half = Buffer.concat([batch, batch.subarray(0, batch.length - 5)])
    expect((await decodeRecords(half, 0)).messages).toHaveLength(3)
  })

  it('of a transaction that was given up is left out, and so are markers', async () => {
    const given = await transactional('given up', 0n, { producerId: '7', control: false })
    const marker = await transactional('marker', 1n, { producerId: '7', control: true })
    const kept = await transactional('kept', 2n, { producerId: '7', control: false })
    const log = Buffer.concat([given, marker, kept])
    const decoded = await decodeRecords(log, 0, [{ producerId: 7n, firstOffset: 0 }])
    expect(decoded.messages.map(({ value }) => String(value))).toEqual(['kept'])
    const committed = await decodeRecords(log, 0)
    expect(committed.messages.map(({ value }) => String(value))).toEqual(['given up', 'kept'])
  })

  it.each([
    [2, 'snappy'],
    [3, 'lz4'],
  ])('with codec %i names %s, which it cannot read', async (codec, name) => {
    const batch = await encodeRecordBatch(messages, identity)
    batch.writeInt16BE(codec, 21)
    const error = await decodeRecords(batch, 0).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UnknownCodec)
    expect(error).toMatchObject({ codec: name })
  })

  it('is read a few batches at a time, each as a whole', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    const log = Buffer.concat(
      [0n, 3n, 6n].map((offset) => {
        const copy = Buffer.from(batch)
        copy.writeBigInt64BE(offset)
        return copy
      }),
    )
    const read: number[][] = []
    for await (const some of readMessages(findBatches(log).batches, 1, 4)) read.push(some.map(({ offset }) => offset))
    expect(read).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8],
    ])
  })

  it('of an old format is refused', async () => {
    const batch = await encodeRecordBatch(messages, identity)
    batch.writeInt8(1, 16)
    await expect(decodeRecords(batch, 0)).rejects.toBeInstanceOf(OldRecordFormat)
  })
})

describe('a variable-length number', () => {
  // Source: the examples of Protocol Buffers' encoding guide for sint64; 2^40 is 2^41 in zigzag, 64 times 2^35.
  it.each([
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [-64, [127]],
    [64, [128, 1]],
    [2147483647, [254, 255, 255, 255, 15]],
    [-2147483648, [255, 255, 255, 255, 15]],
    [2 ** 40, [128, 128, 128, 128, 128, 64]],
  ])('of %d has the published bytes', (value, bytes) => {
    const buffer = Buffer.alloc(10)
    const end = writeNumber(buffer, 0, value)
    expect([...buffer.subarray(0, end)]).toEqual(bytes)
    expect(sizeOfNumber(value)).toBe(end)
  })
})

async function decodeRecords(bytes: Buffer, fromOffset: number, aborted: readonly AbortedTransaction[] = []) {
  const { batches, nextOffset } = findBatches(bytes, aborted)
  return { messages: await readAllMessages(batches, fromOffset), nextOffset }
}

async function transactional(
  value: string,
  offset: bigint,
  { producerId, control }: { producerId: string; control: boolean },
) {
  const batch = await encodeRecordBatch([{ key: null, value: text(value) }], { ...identity, producerId })
  batch.writeBigInt64BE(offset, 0)
  batch.writeInt16BE(control ? 48 : 16, 21)
  return batch
}
