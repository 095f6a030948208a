import type { ObservedGroup, ObservedPartition } from '@house-helper/consumer'
import { standingOf } from '@house-helper/consumer'
import {
  decodeDelivery,
  type FetchedMessage,
  type Position,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import type { InboxDelivery } from './delivery.ts'

/** What a scan may read of one group's inbox: it answers a question, and must not read a backlog of days for it. */
export interface ScanBounds {
  readonly maxBytes: number
  /** When to end, by `performance.now()`. */
  readonly untilMs: number
}

/** What waits in an inbox for one event. */
export interface InboxScan {
  readonly found: readonly InboxDelivery[]
  /** Whether all that waits there was read. */
  readonly complete: boolean
}

const READ_TIMEOUT_MS = 2_000

/** Reads what a group's inbox holds and has not passed, and finds the deliveries of the event at a position. */
export async function scanInbox(
  transport: Pick<Transport, 'read' | 'topicPrefix'>,
  group: ObservedGroup,
  origin: Position,
  bounds: ScanBounds,
): Promise<InboxScan> {
  const inbox = topicNames(transport.topicPrefix).inbox(group.groupId)
  const found: InboxDelivery[] = []
  let left = bounds.maxBytes
  for (const partition of group.partitions.filter(({ topic, lag }) => topic === inbox && lag > 0)) {
    for (let offset = Math.max(partition.committed ?? 0, partition.low); offset < partition.high; ) {
      if (left <= 0 || performance.now() > bounds.untilMs) return { found, complete: false }
      const from = { topic: inbox, partition: partition.partition, offset }
      const messages = await transport.read(from, { timeoutMs: READ_TIMEOUT_MS })
      for (const message of messages) {
        left -= sizeOf(message)
        const delivery = deliveryOf(message, partition, origin)
        if (delivery !== undefined) found.push(delivery)
      }
      const last = messages.at(-1)
      // Retention may empty it meanwhile.
      if (last === undefined) break
      offset = last.offset + 1
    }
  }
  return { found, complete: true }
}

function deliveryOf(
  message: FetchedMessage,
  { topic, partition, ...rest }: ObservedPartition,
  origin: Position,
): InboxDelivery | undefined {
  const decoded = decodeDelivery(message)
  if (!decoded.ok) return undefined
  const { note } = decoded
  const isOfEvent =
    note.origin.topic === origin.topic &&
    note.origin.partition === origin.partition &&
    note.origin.offset === origin.offset
  const standing = standingOf({ topic, partition, ...rest }, message.offset)
  if (!isOfEvent || standing.state === 'passed') return undefined
  return {
    ...{ kind: note.kind, topic, partition, offset: message.offset },
    attempts: note.attempts + (standing.state === 'retrying' ? standing.attempts : 0),
    notBefore: note.notBeforeMs === undefined ? undefined : new Date(note.notBeforeMs),
    replayRunId: note.replayRunId,
  }
}

function sizeOf({ key, value, headers }: FetchedMessage): number {
  const content = (key?.length ?? 0) + (value?.length ?? 0)
  return headers.reduce((sum, [name, bytes]) => sum + name.length + (bytes?.length ?? 0), content)
}
