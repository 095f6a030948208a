import {
  type Envelope,
  encodeEnvelope,
  newEventId,
  type OutgoingMessage,
  type Transport,
  topicNames,
} from '@house-helper/events-core'

/** Fields of an event that a test cares for. */
export type Given = Partial<Envelope> & { readonly key?: string | null }

/** A message with an event in it, keyed by its household unless told otherwise. */
export function message({ key, ...given }: Given = {}): OutgoingMessage {
  const envelope: Envelope = {
    id: newEventId(),
    type: 'chore.started',
    source: 'test',
    householdId: 'household-1',
    timestamp: '2025-10-09T12:00:00Z',
    version: '1.0',
    data: { step: 1 },
    ...given,
  }
  const keyed = key === undefined ? envelope.householdId : key
  return { key: keyed ? Buffer.from(keyed) : null, value: encodeEnvelope(envelope) }
}

/** Creates the topic of a domain. */
export async function createTopic(transport: Transport, domain: string, partitions = 1): Promise<string> {
  const name = topicNames(transport.topicPrefix).domain(domain)
  await transport.admin.createTopics([{ name, partitions, replicationFactor: 1, config: {} }])
  return name
}

/** Appends messages to the partitions that their keys belong to; those without one go to partition 0. */
export async function publish(
  transport: Transport,
  topic: string,
  messages: readonly OutgoingMessage[],
  partitions = 1,
): Promise<void> {
  const byPartition = new Map<number, OutgoingMessage[]>()
  for (const one of messages) {
    const partition = one.key === null ? 0 : transport.partitioner(one.key, partitions)
    byPartition.set(partition, [...(byPartition.get(partition) ?? []), one])
  }
  await Promise.all(
    [...byPartition].map(([partition, batch]) =>
      transport.sender.append({ topic, partition, messages: batch }, { timeoutMs: 10_000 }),
    ),
  )
}
