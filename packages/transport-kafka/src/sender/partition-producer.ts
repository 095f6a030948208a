import { type OutgoingBatch, type OutgoingMessage, TransportError } from '@house-helper/events-core'
import { encodeRecordBatch } from '../records/record-batch-encoder.ts'
import type { Wire } from '../wire/wire.ts'
import { kafkaErrorOf } from '../wire/wire-errors.ts'
import { newProducerIdentity, type ProducerIdentity, produce } from './produce.ts'

/** Appends to one topic-partition as one idempotent producer: one batch at a time, whoever asks; appends take turns. */
export interface PartitionProducer {
  append(batch: OutgoingBatch, timeoutMs: number): Promise<{ readonly baseOffset: number }>
}

/** What is known of a batch that was rejected last. */
interface Rejected {
  readonly messages: readonly OutgoingMessage[]
  readonly mayBeWritten: boolean
}

const SEQUENCE_LIMIT = 2 ** 31

// With these answers nothing of the batch is in the log. Any other may come after a leader has written it.
const refusals = new Set([
  'CLUSTER_AUTHORIZATION_FAILED',
  'CORRUPT_MESSAGE',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'NOT_ENOUGH_REPLICAS',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'POLICY_VIOLATION',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_PRODUCER_ID',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
])

// With these the broker has forgotten, or disagrees with, what this producer wrote: only a new one can go on.
const lostIdentity = new Set([
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
])

/**
 * Makes the producer of one topic-partition.
 *
 * The same batch again goes out under the same producer id and sequence, so that a broker which has it already answers
 * with its offset and keeps one copy. Any other batch after a rejection goes out under a new producer id: under the old
 * one a broker could take it for the rejected batch, acknowledge it and not write it.
 */
export function createPartitionProducer(
  wire: Wire,
  topic: string,
  partition: number,
  compression: 'none' | 'gzip',
): PartitionProducer {
  let identity: ProducerIdentity | undefined
  let sequence = 0
  let nextOffset = 0
  let rejected: Rejected | undefined

  async function attempt(
    messages: readonly OutgoingMessage[],
    timeoutMs: number,
    onSending: () => void,
  ): Promise<number> {
    const end = performance.now() + timeoutMs
    if (identity === undefined) {
      identity = await newProducerIdentity(wire, topic, partition, timeoutMs)
      sequence = 0
    }
    const recordBatch = await encodeRecordBatch(messages, { ...identity, firstSequence: sequence }, compression)
    const baseOffset = await produce(wire, {
      topic,
      partition,
      recordBatch,
      timeoutMs: end - performance.now(),
      onSending,
    })
    if (baseOffset >= nextOffset) return baseOffset
    // An offset that was given out before: the batch was taken for an older one, or the topic was made anew.
    const message = `${topic}/${partition} acknowledged the offset ${baseOffset} again, after ${nextOffset - 1}.`
    throw new TransportError('PROTOCOL', message, { canRetry: true, details: { topic, partition, baseOffset } })
  }

  function accept(messages: readonly OutgoingMessage[], baseOffset: number): void {
    rejected = undefined
    nextOffset = baseOffset + messages.length
    sequence += messages.length
    if (sequence >= SEQUENCE_LIMIT) identity = undefined
  }

  function reject(error: TransportError, messages: readonly OutgoingMessage[], mayBeWritten: boolean): TransportError {
    const type = kafkaErrorOf(error)
    rejected = { messages, mayBeWritten }
    if (error.code === 'PROTOCOL' && (type === undefined || lostIdentity.has(type))) {
      identity = undefined
      nextOffset = 0
    }
    return new TransportError(error.code, error.message, {
      // That the partition is missing is final where metadata says so; a broker's answer may only mean that it has moved.
      canRetry:
        error.canRetry ||
        (type !== undefined && (lostIdentity.has(type) || (mayBeWritten && error.code === 'TOPIC_MISSING'))),
      outcome: mayBeWritten ? 'unknown' : 'not-sent',
      cause: error.cause,
      details: { ...error.details, topic, partition },
    })
  }

  async function appendNow({ messages }: OutgoingBatch, timeoutMs: number): Promise<{ readonly baseOffset: number }> {
    const again = rejected !== undefined && sameMessages(rejected.messages, messages)
    const writtenBefore = again && rejected?.mayBeWritten === true
    if (rejected !== undefined && !again) identity = undefined
    let sending = false
    try {
      const baseOffset = await attempt(messages, timeoutMs, () => {
        sending = true
      })
      accept(messages, baseOffset)
      return { baseOffset }
    } catch (error) {
      const type = kafkaErrorOf(error)
      const written = sending && !(type !== undefined && refusals.has(type))
      throw reject(error as TransportError, messages, writtenBefore || written)
    }
  }

  let turns: Promise<unknown> = Promise.resolve()

  return {
    append(batch, timeoutMs) {
      const end = performance.now() + timeoutMs
      const turn = turns.then(() => {
        const leftMs = end - performance.now()
        if (leftMs > 0) return appendNow(batch, leftMs)
        const message = `${topic}/${partition} was taken by the appends of others for ${timeoutMs} ms.`
        throw new TransportError('TIMEOUT', message, {
          outcome: 'not-sent',
          canRetry: true,
          details: { topic, partition },
        })
      })
      // Its caller hears of a failure; whoever comes next only waits for its end.
      turns = turn.catch(() => {})
      return turn
    },
  }
}

function sameMessages(a: readonly OutgoingMessage[], b: readonly OutgoingMessage[]): boolean {
  return a === b || (a.length === b.length && a.every((message, index) => message === b[index]))
}
