import { type OutgoingMessage, type Transport, TransportError } from '@house-helper/events-core'

/** Something that is on its way to a topic as a message. */
export interface Outgoing {
  readonly message: OutgoingMessage
}

/** A batch is limited as a message is: by the topic's `max.message.bytes`, 1 MiB unless set. */
const MAX_BATCH_BYTES = 512 * 1024

/** Cuts messages into batches that every topic takes, in their order; one that is larger is a batch of its own. */
export function batches<Item extends Outgoing>(items: readonly Item[]): Item[][] {
  const all: Item[][] = []
  let bytes = 0
  for (const item of items) {
    const size = sizeOf(item.message)
    const batch = all.at(-1)
    if (batch === undefined || bytes + size > MAX_BATCH_BYTES) {
      all.push([item])
      bytes = size
    } else {
      batch.push(item)
      bytes += size
    }
  }
  return all
}

/** How many bytes a message has: key, value and headers. */
function sizeOf({ key, value, headers = [] }: OutgoingMessage): number {
  let size = (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, bytes] of headers) size += name.length + (bytes?.length ?? 0)
  return size
}

/** The number of partitions of a group's inbox topic; throws `TOPIC_MISSING` naming the command that creates it. */
export async function inboxPartitions(
  { admin }: Pick<Transport, 'admin'>,
  topic: string,
  group: string,
): Promise<number> {
  const [found] = await admin.describeTopics([topic])
  if (found !== undefined) return found.partitions
  throw new TransportError(
    'TOPIC_MISSING',
    `${topic} does not exist: hh-events topics apply --group ${group} creates it.`,
  )
}

/** The partition of an inbox topic that an event belongs to: that of its key; without one, as its first place was. */
export function inboxPartition(
  { key, partition }: { readonly key: Uint8Array | null; readonly partition: number },
  partitions: number,
  { partitioner }: Pick<Transport, 'partitioner'>,
): number {
  return key === null ? partition % partitions : partitioner(key, partitions)
}
