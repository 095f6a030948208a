import { setTimeout as wait } from 'node:timers/promises'
import { encodeNote, isHouseHelperError, type Transport, topicNames } from '@house-helper/events-core'
import { batches, inboxPartition, inboxPartitions, type Outgoing } from '../outgoing-batches.ts'
import type { DeadLetterDocument } from './document.ts'

/** Where a dead letter was sent, or why it could not be. */
export type Sent =
  | { readonly document: DeadLetterDocument; readonly place: { topic: string; partition: number; offset: number } }
  | { readonly document: DeadLetterDocument; readonly error: unknown }

/** Sends dead letters to the inbox topic of the group that gave up on each. */
export interface InboxSender {
  /** Sends them in their order, as far as they share a partition, until one fails. Never rejects: each has its outcome. */
  send(documents: readonly DeadLetterDocument[]): Promise<readonly Sent[]>
}

const SEND_TIMEOUT_MS = 5_000
const RETRY_MS = 200

interface OutgoingLetter extends Outgoing {
  readonly document: DeadLetterDocument
}

/** Makes a sender on a transport. */
export function inboxSender(
  transport: Pick<Transport, 'admin' | 'sender' | 'partitioner' | 'topicPrefix'>,
): InboxSender {
  const { inbox } = topicNames(transport.topicPrefix)
  // A sender takes one append at a time for each partition, and commands may run side by side.
  let turn: Promise<unknown> = Promise.resolve()
  const sendAll = async (documents: readonly DeadLetterDocument[]): Promise<Sent[]> => {
    const sent: Sent[] = []
    try {
      for (const [group, ofGroup] of Map.groupBy(documents, ({ group }) => group)) {
        const topic = inbox(group)
        const partitions = await inboxPartitions(transport, topic, group)
        const byPartition = Map.groupBy(ofGroup, ({ key, note }) =>
          inboxPartition({ key, partition: note?.partition ?? 0 }, partitions, transport),
        )
        for (const [partition, some] of byPartition) {
          for (const batch of batches(some.map(outgoing))) {
            sent.push(...(await append(transport, topic, partition, batch)))
          }
        }
      }
      return sent
    } catch (error) {
      // The others are not tried: brokers that are away would be waited for again with each of them.
      const done = new Set(sent.map(({ document }) => document))
      return [...sent, ...documents.filter((document) => !done.has(document)).map((document) => ({ document, error }))]
    }
  }
  return {
    send(documents) {
      const result = turn.then(() => sendAll(documents))
      turn = result
      return result
    },
  }
}

/** The redrive of a dead letter: the same for the same giving up, however often it is sent. */
export function redriveIdOf({ _id, count }: Pick<DeadLetterDocument, '_id' | 'count'>): string {
  return `${_id}-${count}`
}

function outgoing(document: DeadLetterDocument): OutgoingLetter {
  const { group, note, key, value, headers } = document
  if (note === undefined) throw new TypeError(`The dead letter ${document._id} has no delivery note.`)
  const { topic, partition, offset, timestampMs, replayRunId } = note
  const original = { key, value, headers: headers.map((header) => [header.name, header.value] as const) }
  const message = encodeNote(original, {
    kind: 'redrive',
    groupId: group,
    origin: { topic, partition, offset, timestampMs },
    // A redrive has all its attempts before it.
    attempts: 0,
    retries: 0,
    // An event of a replay stays one: what the replay did before is not what it did live.
    replayRunId,
    redriveId: redriveIdOf(document),
  })
  return { document, message }
}

/** Appends a batch. One that is too large is sent message by message, so that only what is too large is left. */
async function append(
  transport: Pick<Transport, 'sender'>,
  topic: string,
  partition: number,
  batch: readonly OutgoingLetter[],
): Promise<Sent[]> {
  try {
    const baseOffset = await persistently(transport, {
      topic,
      partition,
      messages: batch.map(({ message }) => message),
    })
    return batch.map(({ document }, index) => ({ document, place: { topic, partition, offset: baseOffset + index } }))
  } catch (error) {
    const [first, ...rest] = batch
    if (first === undefined || !isHouseHelperError(error, 'MESSAGE_TOO_LARGE')) throw error
    if (rest.length === 0) return [{ document: first.document, error }]
    const sent: Sent[] = []
    for (const one of batch) sent.push(...(await append(transport, topic, partition, [one])))
    return sent
  }
}

async function persistently(
  { sender }: Pick<Transport, 'sender'>,
  batch: Parameters<Transport['sender']['append']>[0],
): Promise<number> {
  const endMs = performance.now() + SEND_TIMEOUT_MS
  for (;;) {
    try {
      return (await sender.append(batch, { timeoutMs: Math.max(1, endMs - performance.now()) })).baseOffset
    } catch (error) {
      const isWorthIt = isHouseHelperError(error) && error.canRetry && performance.now() + RETRY_MS < endMs
      if (!isWorthIt) throw error
      await wait(RETRY_MS)
    }
  }
}
