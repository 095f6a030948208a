import { documentMaker, RECORD_INDEXES } from '@house-helper/event-log'
import { topicNames } from '@house-helper/events-core'
import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { type Document, MongoClient } from 'mongodb'
import { envelopeOf, keyOf } from '../backlog.ts'
import { allDomains } from '../domains.ts'

/** A log that was filled without Kafka, as a recorder would have left it. */
export interface SeededLog {
  readonly mongodbUri: string
  readonly database: string
  readonly topicPrefix: string
  readonly count: number
  /** Households, users, events and correlations that are in it, spread over its time. */
  readonly samples: readonly Sample[]
  /** How long filling took, in milliseconds. */
  readonly durationMs: number
  drop(): Promise<void>
}

/** An event to ask about. */
export interface Sample {
  readonly id: string
  readonly type: string
  readonly householdId: string
  readonly userId: string | undefined
  readonly correlationId: string
}

interface SeedOptions {
  readonly mongodbUri: string
  readonly database: string
  readonly count: number
  /** Default 7. */
  readonly seed?: number
}

const BATCH = 1_000
const WRITERS = 4
const SAMPLES = 2_000
const PARTITIONS = 3

/**
 * Fills a database with events of 2,000 households: documents by the recorder's own maker, under its own indexes. The same
 * count gives the same log.
 */
export async function seedLog({ mongodbUri, database, count, seed = 7 }: SeedOptions): Promise<SeededLog> {
  const startedMs = performance.now()
  const client = await MongoClient.connect(mongodbUri)
  const db = client.db(database)
  const topicPrefix = database
  const samples: Sample[] = []
  const seeding = createSeeding(topicPrefix, { count, seed }, samples)
  await db.collection('records').createIndexes([...RECORD_INDEXES])
  // Each writer takes the next batch once its last one is written.
  const write = async (): Promise<void> => {
    for (let batch = seeding.nextBatch(); batch.length > 0; batch = seeding.nextBatch()) {
      await db.collection('records').insertMany(batch, { ordered: false, ignoreUndefined: true })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  await db.collection<Document>('partitions').insertMany(seeding.states())
  await client.db('admin').command({ fsync: 1 })
  const drop = async () => {
    await db.dropDatabase()
    await client.close()
  }
  const durationMs = performance.now() - startedMs
  return { mongodbUri, database, topicPrefix, count, samples, durationMs, drop }
}

interface Seeding {
  nextBatch(): Document[]
  /** Where each partition ends. */
  states(): Document[]
}

function createSeeding(
  topicPrefix: string,
  { count, seed }: { readonly count: number; readonly seed: number },
  samples: Sample[],
): Seeding {
  const events = householdEvents(seed, { households: 2_000 })
  const names = topicNames(topicPrefix)
  const makeDocument = documentMaker(allDomains)
  const ends = new Map<string, { topic: string; partition: number; next: number }>()
  const every = Math.max(1, Math.floor(count / SAMPLES))
  let taken = 0
  const documentOf = (event: SimulatedEvent): Document => {
    const key = keyOf(event)
    const place = { topic: names.domain(event.domain), partition: partitionOf(key) }
    const id = `${place.topic}/${place.partition}`
    const end = ends.get(id) ?? { ...place, next: 0 }
    ends.set(id, { ...end, next: end.next + 1 })
    const value = Buffer.from(JSON.stringify(envelopeOf(event)))
    const time = Date.parse(event.fields.timestamp ?? '')
    const message = { offset: end.next, timestampMs: time, key: Buffer.from(key), headers: [], value }
    return makeDocument(message, { ...place, generation: 1 }, new Date(time)).document
  }
  return {
    nextBatch() {
      const batch: Document[] = []
      while (batch.length < BATCH && taken < count) {
        const event = events.next().value
        if (++taken % every === 0) samples.push(sampleOf(event))
        batch.push(documentOf(event))
      }
      return batch
    },
    states: () => [...ends].map(([_id, end]) => stateOf(_id, end)),
  }
}

function sampleOf({ type, fields }: SimulatedEvent): Sample {
  const { id, householdId, userId, correlationId } = fields
  return { id, type, householdId, userId, correlationId: correlationId ?? id }
}

function partitionOf(key: string): number {
  return [...key].reduce((sum, character) => sum + character.charCodeAt(0), 0) % PARTITIONS
}

/** What the ledger says of a partition. */
function stateOf(
  _id: string,
  { topic, partition, next }: { topic: string; partition: number; next: number },
): Document {
  const counts = { recorded: next, repeats: 0, conflicts: 0, quarantined: 0 }
  const place = { clusterId: 'bench', generation: 1, topic, partition }
  return { _id, ...place, next, last: null, counts }
}
