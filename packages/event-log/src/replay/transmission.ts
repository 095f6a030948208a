import { setTimeout as wait } from 'node:timers/promises'
import {
  encodeNote,
  isHouseHelperError,
  type OutgoingBatch,
  type Position,
  type Transport,
  TransportError,
} from '@house-helper/events-core'
import { batches, inboxPartition, inboxPartitions, type Outgoing } from '../outgoing-batches.ts'
import type { ReplayTarget } from './document.ts'
import type { SourceRecord } from './source.ts'

/** What sending takes. */
export interface TransmissionOptions {
  readonly transport: Pick<Transport, 'admin' | 'sender' | 'partitioner'>
  readonly runId: string
  readonly targets: readonly ReplayTarget[]
  /** How long one append may take, so that it ends before the lease does. */
  readonly appendTimeoutMs: number
}

/** Sends records as deliveries of one replay run. */
export interface Transmission {
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[]
  /**
   * Sends records to one target, those of a key in their order; resolves with the next offset of each partition that got
   * some. Rejects once nothing is on its way any more.
   */
  send(target: ReplayTarget, records: readonly SourceRecord[]): Promise<readonly Position[]>
}

const RETRY_MS = 100

interface OutgoingRecord extends Outgoing {
  readonly record: SourceRecord
}

/** Finds the topics of the targets; throws `TOPIC_MISSING` naming the command that creates what is missing. */
export async function createTransmission(options: TransmissionOptions): Promise<Transmission> {
  const { transport, targets } = options
  const topics = new Map<string, number>()
  for (const { topic, group } of targets) topics.set(topic, await inboxPartitions(transport, topic, group))
  return {
    topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
    async send(target, records) {
      const { topic } = target
      const partitions = topics.get(topic) ?? 1
      const byPartition = Map.groupBy(records, (record) => inboxPartition(record, partitions, transport))
      // All of them to their end: what goes on behind a failure could come after what is sent again.
      const sent = await Promise.allSettled(
        [...byPartition].map(([partition, some]) => sendInOrder(options, target, partition, some)),
      )
      return sent.map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason
        return outcome.value
      })
    },
  }
}

async function sendInOrder(
  options: TransmissionOptions,
  { topic, group }: ReplayTarget,
  partition: number,
  records: readonly SourceRecord[],
): Promise<Position> {
  const messages = records.map((record) => ({ record, message: deliveryOf(record, group, options.runId) }))
  let offset = 0
  for (const batch of batches(messages)) offset = await append(options, { topic, partition }, batch)
  return { topic, partition, offset }
}

function deliveryOf(record: SourceRecord, groupId: string, replayRunId: string): Outgoing['message'] {
  const { topic, partition, offset, brokerTime } = record
  const origin = { topic, partition, offset, timestampMs: brokerTime.getTime() }
  return encodeNote(record, { kind: 'replay', groupId, origin, attempts: 0, retries: 0, replayRunId })
}

/** Appends a batch; one that is too large message by message, so that the one that is can be named. */
async function append(
  options: TransmissionOptions,
  place: Omit<Position, 'offset'>,
  batch: readonly OutgoingRecord[],
): Promise<number> {
  try {
    const messages = batch.map(({ message }) => message)
    return (await persistently(options, { ...place, messages })) + messages.length
  } catch (error) {
    if (!isHouseHelperError(error, 'MESSAGE_TOO_LARGE')) throw error
    const [first] = batch
    if (batch.length === 1 && first !== undefined) throw tooLarge(first.record, place.topic, error)
    let offset = 0
    for (const one of batch) offset = await append(options, place, [one])
    return offset
  }
}

/** Tries again what was certainly not written; what may have been written has to be looked for first. */
async function persistently(
  { transport, appendTimeoutMs }: TransmissionOptions,
  batch: OutgoingBatch,
): Promise<number> {
  const endMs = performance.now() + appendTimeoutMs
  for (;;) {
    try {
      const { baseOffset } = await transport.sender.append(batch, { timeoutMs: Math.max(1, endMs - performance.now()) })
      return baseOffset
    } catch (error) {
      const again = isHouseHelperError(error) && error.canRetry && 'outcome' in error && error.outcome === 'not-sent'
      if (!again || performance.now() + RETRY_MS >= endMs) throw error
      await wait(RETRY_MS)
    }
  }
}

function tooLarge({ topic, partition, offset }: SourceRecord, target: string, cause: unknown): TransportError {
  return new TransportError(
    'MESSAGE_TOO_LARGE',
    `The event at ${topic}/${partition}/${offset} is too large for ${target} with its delivery headers: raise the topic's max.message.bytes to that of ${topic} and 16 KiB, then resume the run.`,
    { cause, details: { topic, partition, offset, target } },
  )
}
