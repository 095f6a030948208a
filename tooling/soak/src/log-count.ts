import type { Db } from 'mongodb'
import { z } from 'zod'
import type { Stand } from './stand.ts'
import type { TopicCount } from './topic-count.ts'
import { createWitness, type Witness } from './witness.ts'

/** What the event log holds, against what the topics hold. */
export interface LogCount {
  readonly records: number
  /** Messages that the ledger knows as repeats of a record. */
  readonly repeats: number
  readonly quarantined: number
  /** Acknowledged events without a record. */
  readonly missing: Witness
  /** Messages at more than one place of the log, and events with more than one record. */
  readonly twice: Witness
  /** Messages of the topics that are neither recorded nor repeats nor in quarantine. */
  readonly unaccounted: Witness
}

const place = { topic: z.string(), partition: z.number(), offset: z.number() }
const recordSchema = z.object({ _id: z.string(), eventId: z.string().optional(), ...place })
const messageSchema = z.object(place)
const entrySchema = z.object({
  ...{ topic: z.string(), partition: z.number() },
  repeats: z.array(z.object({ offset: z.number() })),
})
const projection = { topic: 1, partition: 1, offset: 1, eventId: 1 }

/** Counts records, repeats and quarantine by the position of each message in its topic. */
export async function countLog({ log, topics, book }: Stand, found: TopicCount): Promise<LogCount> {
  const filter = { topic: { $in: [...topics] } }
  const tally = createTally(found.positions)
  const recorded = new Set<string>()
  const counts = { records: 0, repeats: 0, quarantined: 0 }
  for await (const document of log.collection('records').find(filter, { projection })) {
    const { _id, eventId, topic, partition, offset } = recordSchema.parse(document)
    counts.records += 1
    tally.add(topic, partition, offset)
    // A record under another id than its event's says that another event has that id: none of ours has a twin.
    if (eventId !== undefined && book.events.has(eventId)) tally.twice.saw(`${eventId} is recorded again as ${_id}`)
    recorded.add(_id)
  }
  for await (const document of log.collection('quarantine').find(filter, { projection })) {
    const { topic, partition, offset } = messageSchema.parse(document)
    counts.quarantined += 1
    tally.add(topic, partition, offset)
  }
  for await (const { topic, partition, repeats } of ledgerEntries(log, topics)) {
    counts.repeats += repeats.length
    for (const { offset } of repeats) tally.add(topic, partition, offset)
  }
  const missing = createWitness()
  for (const id of book.events.keys()) if (!recorded.has(id)) missing.saw(`${id} is not in MongoDB`)
  return { ...counts, missing, twice: tally.twice, unaccounted: tally.unaccounted() }
}

async function* ledgerEntries(log: Db, topics: readonly string[]) {
  const filter = { topic: { $in: [...topics] }, 'repeats.0': { $exists: true } }
  for await (const entry of log.collection('ledger').find(filter)) yield entrySchema.parse(entry)
  // The newest entry travels in its partition's state until the next one is written.
  for await (const state of log.collection('partitions').find({ topic: { $in: [...topics] } })) {
    const newest = z.object({ entry: entrySchema.extend({ _id: z.string() }) }).parse(state).entry
    const isFiled = (await log.collection<{ _id: string }>('ledger').countDocuments({ _id: newest._id })) > 0
    if (!isFiled) yield newest
  }
}

function createTally(positions: ReadonlyMap<string, Uint8Array>) {
  const seen = new Map([...positions].map(([name, { length }]) => [name, new Uint8Array(length)]))
  const twice = createWitness()
  return {
    twice,
    add(topic: string, partition: number, offset: number): void {
      const bytes = seen.get(`${topic}/${partition}`)
      if (bytes === undefined || offset >= bytes.length) return
      const before = bytes[offset] ?? 0
      if (before > 0) twice.saw(`${topic}/${partition}/${offset} is in the log twice`)
      bytes[offset] = 1
    },
    unaccounted(): Witness {
      const lost = createWitness()
      for (const [name, present] of positions) {
        const counted = seen.get(name)
        present.forEach((is, offset) => {
          if (is === 1 && counted?.[offset] !== 1) lost.saw(`${name}/${offset} is not in the log`)
        })
      }
      return lost
    },
  }
}
