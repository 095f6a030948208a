import { type OutgoingBatch, TransportError } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { kafkaError } from '../wire/kafka-errors.ts'
import type { Wire, WireRequest } from '../wire/wire.ts'
import { toTransportError } from '../wire/wire-errors.ts'
import { createPartitionProducer } from './partition-producer.ts'

const topic = 'house-helper.tasks'
const place = { brokers: ['kafka:9092'], tls: false, topic, partition: 0 }

/** What the stub of a broker does with a produce request: an answer's parts, or an error after the request went out. */
type Reply =
  | { readonly offset: number; readonly named?: string; readonly errorCode?: number }
  | { readonly kafka: number }
  | { readonly cut: true }

describe('the producer of a partition', () => {
  it('numbers its batches one after the other under one producer id', async () => {
    const { append, sent } = newProducer([{ offset: 0 }, { offset: 2 }])
    await append(batchOf('a', 'b'))
    await append(batchOf('c'))
    expect(sent).toEqual([
      { producerId: 1, sequence: 0, count: 2 },
      { producerId: 1, sequence: 2, count: 1 },
    ])
  })

  it('sends the same batch again under the same id and number, so that the broker can tell', async () => {
    const { append, sent } = newProducer([{ offset: 0 }, { cut: true }, { offset: 1 }])
    await append(batchOf('a'))
    const batch = batchOf('b')
    await expect(append(batch)).rejects.toMatchObject({ code: 'UNREACHABLE', outcome: 'unknown', canRetry: true })
    // The messages are what makes it the same batch, not the array that holds them.
    await append({ ...batch, messages: [...batch.messages] })
    expect(sent.slice(1)).toEqual([
      { producerId: 1, sequence: 1, count: 1 },
      { producerId: 1, sequence: 1, count: 1 },
    ])
  })

  it('sends another batch after a rejection under a new id, where the broker cannot take it for the rejected one', async () => {
    const { append, sent } = newProducer([{ cut: true }, { offset: 0 }])
    await expect(append(batchOf('a'))).rejects.toBeInstanceOf(TransportError)
    await append(batchOf('b'))
    expect(sent).toEqual([
      { producerId: 1, sequence: 0, count: 1 },
      { producerId: 2, sequence: 0, count: 1 },
    ])
  })

  it('rejects an answer that does not name its partition', async () => {
    const { append } = newProducer([{ offset: 0, named: 'house-helper.bills' }])
    await expect(append(batchOf('a'))).rejects.toMatchObject({ code: 'PROTOCOL', outcome: 'unknown', canRetry: true })
  })

  it('rejects an answer that names its partition with an error', async () => {
    const notLeader = 6
    const { append } = newProducer([{ offset: 0, errorCode: notLeader }, { offset: 0 }])
    const batch = batchOf('a')
    await expect(append(batch)).rejects.toMatchObject({ outcome: 'unknown', canRetry: true })
    expect(await append(batch)).toEqual({ baseOffset: 0 })
  })

  it('rejects an offset that was given out before, and goes on under a new id', async () => {
    const { append, sent } = newProducer([{ offset: 7 }, { offset: 7 }, { offset: 8 }])
    await append(batchOf('a'))
    const batch = batchOf('b')
    await expect(append(batch)).rejects.toMatchObject({ code: 'PROTOCOL', outcome: 'unknown', canRetry: true })
    await append(batch)
    expect(sent.map(({ producerId }) => producerId)).toEqual([1, 1, 2])
  })

  it('takes a new id where the broker has forgotten the old one', async () => {
    const outOfOrder = 45
    const { append, sent } = newProducer([{ kafka: outOfOrder }, { offset: 0 }])
    const batch = batchOf('a')
    await expect(append(batch)).rejects.toMatchObject({ outcome: 'not-sent', canRetry: true })
    await append(batch)
    expect(sent.map(({ producerId }) => producerId)).toEqual([1, 2])
  })

  it('calls a refused batch not sent, but not one that may have been written by an earlier attempt', async () => {
    const notEnoughReplicas = 19
    const { append } = newProducer([{ kafka: notEnoughReplicas }, { cut: true }, { kafka: notEnoughReplicas }])
    const batch = batchOf('a')
    await expect(append(batch)).rejects.toMatchObject({ outcome: 'not-sent' })
    await expect(append(batch)).rejects.toMatchObject({ outcome: 'unknown' })
    await expect(append(batch)).rejects.toMatchObject({ outcome: 'unknown' })
  })

  it('lets appends of several callers take turns', async () => {
    const { append, sent } = newProducer([{ offset: 0 }, { offset: 1 }, { offset: 3 }, { cut: true }, { offset: 4 }])
    await append(batchOf('first'))
    const appends = [append(batchOf('a', 'b')), append(batchOf('c')), append(batchOf('d')), append(batchOf('e'))]
    const settled = await Promise.allSettled(appends)
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(sent).toEqual([
      { producerId: 1, sequence: 0, count: 1 },
      { producerId: 1, sequence: 1, count: 2 },
      { producerId: 1, sequence: 3, count: 1 },
      { producerId: 1, sequence: 4, count: 1 },
      { producerId: 2, sequence: 0, count: 1 },
    ])
  })
})

function batchOf(...values: string[]): OutgoingBatch {
  return { topic, partition: 0, messages: values.map((value) => ({ key: null, value: Buffer.from(value) })) }
}

function newProducer(replies: Reply[]) {
  const sent: { producerId: number; sequence: number; count: number }[] = []
  let producers = 0
  async function once(request: WireRequest): Promise<unknown> {
    if (request.api === 'InitProducerId') return { producerId: String(++producers), producerEpoch: 0 }
    const body = (await request.encode?.()) ?? Buffer.alloc(0)
    const batch = body.subarray(26 + Buffer.byteLength(topic))
    sent.push({
      producerId: Number(batch.readBigInt64BE(43)),
      sequence: batch.readInt32BE(53),
      count: batch.readInt32BE(57),
    })
    const reply = replies.shift()
    if (reply === undefined) throw new Error('One request too many.')
    if ('cut' in reply) throw toTransportError(Object.assign(new Error('cut'), { kind: 'closed' }), place)
    if ('kafka' in reply) throw toTransportError(kafkaError(reply.kafka), place)
    const partitions = [{ partition: 0, errorCode: reply.errorCode ?? 0, baseOffset: String(reply.offset) }]
    const answer = { topics: [{ topicName: reply.named ?? topic, partitions }] }
    return await request.parse?.(answer).catch((error: unknown) => {
      throw toTransportError(error, place)
    })
  }
  const producer = createPartitionProducer({ once } as unknown as Wire, topic, 0, 'none')
  return { sent, append: (batch: OutgoingBatch) => producer.append(batch, 1_000) }
}
