import { parseArgs } from 'node:util'
import { RECORD_INDEXES } from '@house-helper/event-log'
import { householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { startMongo } from '@house-helper/local-stack'
import { type Collection, type Db, type Document, type IndexDescription, MongoClient } from 'mongodb'
import { envelopeOf } from './backlog.ts'
import { runTool, wholeNumber } from './command-line.ts'

const BATCH = 1_000
const WRITERS = 4
const help = `pnpm bench:indexes [options]
  What each index of \`records\` takes, in bytes for a million events, and what it costs MongoDB to keep, in microseconds
  of its processor for one event: events of the simulator, inserted as the recorder does, with all indexes, with all but
  one, and with none, into a server of its own.
  --events <n>  events that are inserted each time (default 200000)
  --sizes       sizes alone`

interface StoredEvent {
  readonly _id: string
}

await runTool(help, async () => {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '200000' },
      sizes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  await measure(wholeNumber('events', values.events), !values.sizes)
})

async function measure(count: number, withTimes: boolean): Promise<void> {
  const server = await startMongo()
  const client = await MongoClient.connect(server.uri)
  const db = client.db('bench')
  try {
    if (withTimes) await tellTimes(db, count)
    console.log(`all: ${await microsPerEvent(db, count, RECORD_INDEXES)} µs an event`)
    await tellSizes(db, count)
  } finally {
    await client.close()
    await server.close()
  }
}

async function tellSizes(db: Db, count: number): Promise<void> {
  // Sizes are those of the last checkpoint.
  await db.admin().command({ fsync: 1 })
  const [stats] = await db
    .collection('records')
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray()
  const { indexDetails, wiredTiger } = stats?.storageStats ?? {}
  for (const [name, details] of Object.entries<Document>({ ...indexDetails, documents: wiredTiger })) {
    const { 'file size in bytes': size, 'file bytes available for reuse': free } = details['block-manager']
    console.log(`${name}: ${Math.round((size - free) / count)} MB for a million events`)
  }
}

/** What there is without any index, and without each. */
async function tellTimes(db: Db, count: number): Promise<void> {
  console.log(`no index but _id: ${await microsPerEvent(db, count, [])} µs an event`)
  for (const left of RECORD_INDEXES) {
    const others = RECORD_INDEXES.filter((index) => index !== left)
    console.log(`all but ${left.name}: ${await microsPerEvent(db, count, others)} µs an event`)
  }
}

/** What the server's processor has done since it was started, in microseconds. */
async function processorMicros(db: Db): Promise<number> {
  const { extra_info: info } = await db.admin().command({ serverStatus: 1 })
  return info.user_time_us + info.system_time_us
}

/** Inserts the events into an empty collection with these indexes; resolves with the processor time of one. */
async function microsPerEvent(db: Db, count: number, indexes: readonly IndexDescription[]): Promise<number> {
  const records = db.collection<StoredEvent>('records', {
    writeConcern: { w: 'majority', j: true },
    ignoreUndefined: true,
  })
  await records.drop()
  await db.createCollection('records')
  if (indexes.length > 0) await records.createIndexes([...indexes])
  const batches = batchesOfEvents(count)
  const before = await processorMicros(db)
  await Promise.all(Array.from({ length: WRITERS }, () => writeAll(records, batches)))
  return Math.round(((await processorMicros(db)) - before) / count)
}

async function writeAll(records: Collection<StoredEvent>, batches: Iterator<StoredEvent[]>): Promise<void> {
  for (let next = batches.next(); next.done !== true; next = batches.next()) {
    await records.insertMany(next.value, { ordered: false })
  }
}

function* batchesOfEvents(count: number): Generator<StoredEvent[], void> {
  let batch: StoredEvent[] = []
  let offset = 0
  for (const event of householdEvents(7, { households: 2_000 })) {
    batch.push(storedEvent(event, offset++))
    if (batch.length === BATCH || offset === count) {
      yield batch
      batch = []
    }
    if (offset === count) return
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
