import {
  type DeadLetterNote,
  decodeDeadLetter,
  type Envelope,
  encodeEnvelope,
  type FetchedMessage,
  newEventId,
  type OriginalMessage,
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

/** Creates the inbox and dead-letter topics of a group. */
export async function createGroupTopics(transport: Transport, groupId: string, partitions = 1): Promise<GroupTopics> {
  const names = topicNames(transport.topicPrefix)
  const topics = { inbox: names.inbox(groupId), dead: names.dead(groupId) }
  await transport.admin.createTopics(
    [topics.inbox, topics.dead].map((name) => ({ name, partitions, replicationFactor: 1, config: {} })),
  )
  return topics
}

/** The names of a group's own topics. */
export interface GroupTopics {
  readonly inbox: string
  readonly dead: string
}

/** Reads all that lies in a topic, partition by partition. */
export async function readAll(transport: Transport, topic: string): Promise<FetchedMessage[]> {
  const all: FetchedMessage[] = []
  for (const { partition, low, high } of await transport.admin.ranges([topic])) {
    for (let offset = low; offset < high; ) {
      const messages = await transport.read({ topic, partition, offset })
      const last = messages.at(-1)
      if (last === undefined) break
      all.push(...messages)
      offset = last.offset + 1
    }
  }
  return all
}

/** Reads the dead letters of a topic; fails at one that cannot be read. */
export async function readDeadLetters(transport: Transport, topic: string): Promise<ReadDeadLetter[]> {
  return (await readAll(transport, topic)).map((one) => {
    const decoded = decodeDeadLetter(one)
    if (!decoded.ok) throw new Error(decoded.problem.message)
    return { note: decoded.note, original: decoded.original }
  })
}

/** A dead letter, read. */
export interface ReadDeadLetter {
  readonly note: DeadLetterNote
  readonly original: OriginalMessage
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
