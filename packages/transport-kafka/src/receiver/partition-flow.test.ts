import { type FetchedBatch, silentLogger } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import type { FetchAnswer } from '../records/fetch-exchange.ts'
import { findBatches } from '../records/record-batch-decoder.ts'
import { encodeRecordBatch } from '../records/record-batch-encoder.ts'
import type { Wire } from '../wire/wire.ts'
import { createFlowReader, type FlowOptions, type PartitionFlow } from './partition-flow.ts'

const BATCH = 200

describe('what a fetch brought of a partition', () => {
  it('is handed on piece by piece, and the partition moves behind all of it, markers included', async () => {
    const { read, moves, delivered } = newReader()
    await read(await answerOf(4, 803))
    expect(delivered).toEqual([
      [0, 399],
      [400, 799],
    ])
    expect(moves).toEqual([803])
  })

  it('is handed on no further where the listener goes on elsewhere', async () => {
    const { read, moves, delivered } = newReader({ deliver: () => 120 })
    await read(await answerOf(4))
    expect(delivered).toEqual([[0, 399]])
    expect(moves).toEqual([120])
  })

  it.each(['paused', 'about to move'])('is handed on no further while the partition is %s', async (state) => {
    let isSo = false
    const { read, moves, delivered } = newReader({
      deliver: async () => {
        isSo = true
        return 400
      },
      isPaused: () => isSo && state === 'paused',
      flows: () => !(isSo && state === 'about to move'),
    })
    await read(await answerOf(4))
    expect(delivered).toEqual([[0, 399]])
    expect(moves).toEqual([400])
  })

  it('is not handed on at all where the partition was assigned anew while it was decompressed', async () => {
    let isSame = true
    const { read, moves, delivered } = newReader({ isAssigned: () => isSame, flows: () => isSame })
    const answer = await answerOf(4, undefined, 'gzip')
    const reading = read(answer)
    isSame = false
    await reading
    expect([delivered, moves]).toEqual([[], []])
  })

  it('moves nothing where the partition was assigned anew meanwhile', async () => {
    let isAssigned = true
    const { read, moves } = newReader({
      deliver: async () => {
        isAssigned = false
        return 400
      },
      isAssigned: () => isAssigned,
      flows: () => isAssigned,
    })
    await read(await answerOf(4))
    expect(moves).toEqual([])
  })
})

interface Given extends Partial<Pick<FlowOptions, 'deliver' | 'isPaused' | 'isAssigned'>> {
  readonly flows?: () => boolean
}

function newReader({ flows = () => true, ...given }: Given = {}) {
  const flow: PartitionFlow = { topic: 'chores', partition: 0, next: 0 }
  const delivered: (readonly [number, number])[] = []
  const moves: number[] = []
  const reader = createFlowReader({
    wire: {} as Wire,
    logger: silentLogger,
    busy: new Set(),
    flowing: () => (flows() ? flow : undefined),
    isAssigned: () => true,
    isPaused: () => false,
    ...given,
    deliver(batch) {
      delivered.push([offsetAt(batch, 0), offsetAt(batch, -1)])
      return given.deliver?.(batch) ?? offsetAt(batch, -1) + 1
    },
  })
  const read = (answer: FetchAnswer): Promise<void> => reader(answer, 0, (offset) => void moves.push(offset))
  return { read, delivered, moves }
}

function offsetAt({ messages }: FetchedBatch, index: number): number {
  return messages.at(index)?.offset ?? Number.NaN
}

/** What a fetch brings that finds so many record batches of 200 messages, and perhaps markers behind them. */
async function answerOf(
  count: number,
  nextOffset = count * BATCH,
  compression: 'none' | 'gzip' = 'none',
): Promise<FetchAnswer> {
  const messages = Array.from({ length: BATCH }, () => ({ key: null, value: Buffer.from('x') }))
  const batch = await encodeRecordBatch(messages, { producerId: '1', producerEpoch: 0, firstSequence: 0 }, compression)
  const copies = Array.from({ length: count }, (_, index) => {
    const copy = Buffer.from(batch)
    copy.writeBigInt64BE(BigInt(index * BATCH))
    return copy
  })
  const ends = { highWatermark: nextOffset, lastStableOffset: nextOffset }
  const { batches } = findBatches(Buffer.concat(copies))
  return { topic: 'chores', partition: 0, from: 0, errorCode: 0, ...ends, batches, nextOffset }
}
