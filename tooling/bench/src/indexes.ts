import { RECORD_INDEXES } from '@house-helper/event-log'
import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { type Collection, type IndexDescription, MongoClient } from 'mongodb'
import { envelopeOf } from './backlog.ts'

// What each index of `records` takes, in bytes for a million events, and what it costs in recording rate: events of the
// simulator, inserted as the recorder does, with all indexes, with all but one, and with none. MONGODB_URI names the
// server; the database is dropped at the end. Arguments: how many events, and how many rounds of each rate (0: sizes only).
const COUNT = Number(process.argv[2] ?? 100_000)
const ROUNDS = Number(process.argv[3] ?? 2)
const BATCH = 1_000
const WRITERS = 4

interface StoredEvent {
  readonly _id: string
}

const client = await MongoClient.connect(process.env.MONGODB_URI ?? 'mongodb://localhost:27017/?replicaSet=rs0')
const db = client.db(`bench-indexes-${process.pid}`)
try {
  const without = (left: IndexDescription) => RECORD_INDEXES.filter((index) => index !== left)
  const sets = [
    { name: 'no index but _id', indexes: [] },
    { name: 'all', indexes: RECORD_INDEXES },
    ...RECORD_INDEXES.map((index) => ({ name: `all but ${index.name}`, indexes: without(index) })),
  ]
  const best = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, indexes } of sets) {
      const rate = await insertRate(indexes)
      best.set(name, Math.max(rate, best.get(name) ?? 0))
    }
  }
  for (const [name, rate] of best) console.log(`${name.padEnd(24)} ${Math.round(rate)} events/s`)
  await insertRate(RECORD_INDEXES)
  // Sizes are those of the last checkpoint.
  await client.db('admin').command({ fsync: 1 })
  const [stats] = await db
    .collection('records')
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray()
  const perMillion = (bytes: number) => `${Math.round((bytes * 1e6) / COUNT / 1e6)} MB for a million events`
  for (const [name, bytes] of Object.entries<number>(stats?.storageStats.indexSizes ?? {})) {
    console.log(`${name.padEnd(24)} ${perMillion(bytes)}`)
  }
  console.log(`${'documents, compressed'.padEnd(24)} ${perMillion(stats?.storageStats.storageSize)}`)
} finally {
  await db.dropDatabase()
  await client.close()
}

/** Inserts the events into an empty collection with these indexes; resolves with how many a second. */
async function insertRate(indexes: readonly IndexDescription[]): Promise<number> {
  const records = db.collection<StoredEvent>('records', {
    writeConcern: { w: 'majority', j: true },
    ignoreUndefined: true,
  })
  await records.drop()
  await db.createCollection('records')
  if (indexes.length > 0) await records.createIndexes([...indexes])
  const batches = batchesOfEvents()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: WRITERS }, () => writeAll(records, batches)))
  return COUNT / ((performance.now() - startedAt) / 1000)
}

async function writeAll(records: Collection<StoredEvent>, batches: Iterator<StoredEvent[]>): Promise<void> {
  for (let next = batches.next(); next.done !== true; next = batches.next()) {
    await records.insertMany(next.value, { ordered: false })
  }
}

function* batchesOfEvents(): Generator<StoredEvent[], void> {
  let batch: StoredEvent[] = []
  let offset = 0
  for (const event of householdEvents(7, { households: 2_000 })) {
    batch.push(storedEvent(event, offset++))
    if (batch.length === BATCH) {
      yield batch
      batch = []
    }
    if (offset === COUNT) return
  }
}

function storedEvent(event: SimulatedEvent, index: number): StoredEvent {
  const { id: _id, householdId, userId, timestamp, correlationId, causationId } = event.fields
  const { domain, type, data } = event
  const aboutUser = domain === 'users' || domain === 'notifications'
  return {
    ...{ _id, type, source: 'household-simulator', householdId, userId, timestamp, version: '1.0', data },
    ...{ subject: aboutUser ? userId : householdId, time: new Date(timestamp), correlationId, causationId },
    ...{ contract: 'ok', topic: `house-helper.${domain}`, partition: index % 3, offset: index, generation: 1 },
    ...{ brokerTime: new Date(timestamp), key: Buffer.from(householdId), headers: [], recordedAt: new Date() },
    value: Buffer.from(JSON.stringify(envelopeOf(event))),
  } as StoredEvent
}
