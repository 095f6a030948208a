import { decodeEnvelope } from '@house-helper/events-core'
import type { Stand } from './stand.ts'
import { readTopics } from './topic-reader.ts'
import { createWitness, type Witness } from './witness.ts'

/** What the domain topics hold, against what was acknowledged. */
export interface TopicCount {
  readonly messages: number
  /** Further messages of an event that is there already. */
  readonly copies: number
  /** The most messages that one event has. */
  readonly mostOfOne: number
  /** Every event id, with the number of its messages. */
  readonly ids: ReadonlyMap<string, number>
  /** The events that the handlers had to handle. */
  readonly toHandle: ReadonlySet<string>
  /** One byte for each offset of a partition, by `<topic>/<partition>`: 1 where a message is. */
  readonly positions: ReadonlyMap<string, Uint8Array>
  readonly missing: Witness
  /** Acknowledged events that are there, but not where the acknowledgement says. */
  readonly misplaced: Witness
  readonly outOfOrder: Witness
}

/** Reads the domain topics whole. A copy of an earlier event is not out of order: only an event's first message counts. */
export async function countTopics({ transport, topics, book, handledTypes }: Stand): Promise<TopicCount> {
  const ids = new Map<string, number>()
  const toHandle = new Set<string>()
  const positions = await emptyPositions(transport, topics)
  const lanes = new Map<string, number>()
  const handled = new Set(handledTypes)
  const inPlace = new Set<string>()
  const outOfOrder = createWitness()
  let messages = 0
  for await (const { topic, partition, offset, key, value } of readTopics(transport, topics)) {
    messages += 1
    const bytes = positions.get(`${topic}/${partition}`)
    if (bytes !== undefined) bytes[offset] = 1
    const decoded = decodeEnvelope(value)
    if (!decoded.readable) continue
    const { id, type, metadata } = decoded.envelope
    const acknowledged = book.events.get(id)
    if (acknowledged?.topic === topic && acknowledged.partition === partition && acknowledged.offset === offset) {
      inPlace.add(id)
    }
    const before = ids.get(id) ?? 0
    ids.set(id, before + 1)
    if (handled.has(type)) toHandle.add(id)
    const seq = Number(metadata?.seq)
    // What a case publishes besides, such as bad inputs, has no order to keep.
    if (before > 0 || Number.isNaN(seq)) continue
    const lane = `${topic}/${Buffer.from(key ?? []).toString()}`
    if (seq <= (lanes.get(lane) ?? -1))
      outOfOrder.saw(`${id} (${seq} of ${lane}) lies at ${topic}/${partition}/${offset}`)
    lanes.set(lane, seq)
  }
  const missing = createWitness()
  const misplaced = createWitness()
  for (const [id, place] of book.events) {
    const where = `${id}, acknowledged at ${place.topic}/${place.partition}/${place.offset}`
    if (!ids.has(id)) missing.saw(`${where}, is not in Kafka`)
    else if (!inPlace.has(id)) misplaced.saw(`${where}, lies elsewhere`)
  }
  const mostOfOne = [...ids.values()].reduce((most, count) => Math.max(most, count), 0)
  const copies = [...ids.values()].reduce((sum, count) => sum + count - 1, 0)
  return { messages, copies, mostOfOne, ids, toHandle, positions, missing, misplaced, outOfOrder }
}

async function emptyPositions(transport: Stand['transport'], topics: readonly string[]) {
  const ranges = await transport.admin.ranges(topics)
  return new Map(ranges.map(({ topic, partition, high }) => [`${topic}/${partition}`, new Uint8Array(high)]))
}
