import { TransportError } from '@house-helper/events-core'
import { partitionKey } from '../partition-key.ts'
import type { ExchangeChanges } from '../wire/exchange.ts'
import { kafkaError } from '../wire/kafka-errors.ts'
import { UnknownCodec } from './codecs.ts'
import {
  type AbortedTransaction,
  type FetchedRecords,
  findBatches,
  int64,
  OldRecordFormat,
} from './record-batch-decoder.ts'

/** What a fetch brought of one partition. */
export interface FetchAnswer extends FetchedRecords {
  readonly topic: string
  readonly partition: number
  /** The offset that was asked for; the first batch may begin before it. */
  readonly from: number
  /** 0, or the code of out of range where that is returned. */
  readonly errorCode: number
  readonly highWatermark: number
  /** Up to here transactions are decided, so up to here it can be read. */
  readonly lastStableOffset: number
}

/** The partitions of a fetch request. */
export type FetchTopics = readonly {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[]
}[]

const OFFSET_OUT_OF_RANGE = 1

/**
 * Reads the answer to a fetch of these partitions with our own decoder. Rejects with the first partition's error;
 * `outOfRange: 'return'` leaves that one to the caller.
 */
export function fetchExchange(
  topics: FetchTopics,
  { outOfRange }: { readonly outOfRange: 'return' | 'throw' },
): ExchangeChanges {
  const from = new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map((p) => [partitionKey({ topic, partition: p.partition }), Number(p.fetchOffset)]),
    ),
  )
  return {
    decode: async (raw, version) => decodeFetch(raw, version, from),
    parse: async (data) => {
      const answers = data as FetchAnswer[]
      for (const { errorCode } of answers) {
        if (errorCode === 0 || (errorCode === OFFSET_OUT_OF_RANGE && outOfRange === 'return')) continue
        throw kafkaError(errorCode)
      }
      return answers
    },
  }
}

/** Reads the body of an answer to a fetch, versions 4 to 10. Source: Kafka's protocol guide, "Fetch API". */
function decodeFetch(raw: Buffer, version: number, asked: ReadonlyMap<string, number>): FetchAnswer[] {
  let at = 4
  if (version >= 7) {
    const errorCode = raw.readInt16BE(at)
    if (errorCode !== 0) throw kafkaError(errorCode)
    at += 6
  }
  const answers: FetchAnswer[] = []
  const topicCount = raw.readInt32BE(at)
  at += 4
  for (let t = 0; t < topicCount; t++) {
    const length = raw.readInt16BE(at)
    const topic = raw.toString('utf8', at + 2, at + 2 + length)
    at += 2 + length
    const partitionCount = raw.readInt32BE(at)
    at += 4
    for (let p = 0; p < partitionCount; p++) {
      const head = readPartitionHead(raw, at, version)
      const size = Math.max(0, raw.readInt32BE(head.end))
      const records = raw.subarray(head.end + 4, head.end + 4 + size)
      at = head.end + 4 + size
      const from = asked.get(partitionKey({ topic, partition: head.partition })) ?? 0
      answers.push({ topic, from, ...head, ...found(records, head.aborted, topic, head.partition) })
    }
  }
  return answers
}

function readPartitionHead(raw: Buffer, start: number, version: number) {
  const aborted: AbortedTransaction[] = []
  let at = start + (version >= 5 ? 30 : 22)
  const count = raw.readInt32BE(at)
  at += 4
  for (let index = 0; index < count; index++, at += 16) {
    aborted.push({ producerId: raw.readBigInt64BE(at), firstOffset: int64(raw, at + 8) })
  }
  return {
    partition: raw.readInt32BE(start),
    errorCode: raw.readInt16BE(start + 4),
    highWatermark: int64(raw, start + 6),
    lastStableOffset: int64(raw, start + 14),
    aborted,
    end: at,
  }
}

function found(records: Buffer, aborted: readonly AbortedTransaction[], topic: string, partition: number) {
  try {
    return findBatches(records, aborted)
  } catch (error) {
    const details = { topic, partition }
    if (error instanceof UnknownCodec) {
      const message = `${topic}/${partition} holds batches compressed with ${error.codec}, which cannot be read here. Set compression.type of the topic to zstd, gzip or uncompressed, and let the publisher use one of these; what is there already needs a publisher that writes it again.`
      throw new TransportError('COMPRESSION_UNSUPPORTED', message, { cause: error, details })
    }
    if (error instanceof OldRecordFormat) {
      throw new TransportError(
        'PROTOCOL',
        `${topic}/${partition}: ${error.message} Have the topic written again by a newer client.`,
        { cause: error, details },
      )
    }
    throw error
  }
}
