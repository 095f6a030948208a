import { mkdtemp, open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RECORD_INDEXES } from '@house-helper/event-log'
import { freePorts, kafkaConnect, lastLines, superviseProcess } from '@house-helper/local-stack'
import { type Collection, MongoClient } from 'mongodb'
import { domainTopics } from '../backlog.ts'
import { programOrder } from '../programs.ts'
import { type RecordAnswer, type RecordOrder, recordAnswer } from './recording.ts'

// Kafka Connect as its users set it up for at-least-once without copies: each document replaces the one with its event's
// id. It stores the envelope with the place of its message, so the indexes are those of our records over the envelope's
// own fields.
const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<RecordOrder>()
const whereStored: Readonly<Record<string, string>> = {
  time: 'timestamp',
  correlationId: 'metadata.correlationId',
  causationId: 'metadata.causationId',
}

/** Starting a JVM that looks for its plugins takes long where other work goes on. */
const START_TIMEOUT_MS = 120_000
const TIMEOUT_MS = 300_000
const LOOK_EVERY_MS = 25

const folder = await mkdtemp(join(tmpdir(), 'connect-'))
const logFile = join(folder, 'connect.log')
const client = await MongoClient.connect(mongodbUri)
const records = client.db(database).collection('records')
await records.createIndexes(
  RECORD_INDEXES.map(({ key, partialFilterExpression, ...index }) => ({
    ...index,
    key: renamed(key as Record<string, number>),
    ...(partialFilterExpression && { partialFilterExpression: renamed(partialFilterExpression) }),
  })),
)
const { rest } = await freePorts(['rest'])
await writeFile(join(folder, 'worker.properties'), workerProperties(rest))
await writeFile(join(folder, 'sink.json'), JSON.stringify(sinkConfig()))
// Opened before: it can still be read when its folder has gone with the process.
await using log = await open(logFile, 'a+')
const { command, args } = await kafkaConnect()
const connect = await superviseProcess('Kafka Connect', {
  command,
  args: ['-Xmx768m', ...args, join(folder, 'worker.properties'), join(folder, 'sink.json')],
  env: {},
  cwd: folder,
  logFile,
  stopTimeoutMs: 5_000,
  removeAtEnd: folder,
})
const ended = connect.ended.then(async (code) => {
  throw new Error(`Kafka Connect ended with code ${code}.`)
})
try {
  console.log(JSON.stringify(await Promise.race([measured(records), ended])))
} catch (error) {
  console.error(lastLines(await log.readFile('utf8'), 30))
  throw error
} finally {
  ended.catch(() => {})
  await connect.kill()
  await client.close()
}

/** The memory is another process's, and not looked at. */
async function measured(into: Collection): Promise<RecordAnswer> {
  const first = await untilStored(into, 1, START_TIMEOUT_MS)
  const startedAt = performance.now()
  await untilStored(into, count, TIMEOUT_MS)
  return { ...recordAnswer(count - first, startedAt), maxRssBytes: 0 }
}

async function untilStored(into: Collection, wanted: number, timeoutMs: number): Promise<number> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const stored = await into.estimatedDocumentCount()
    if (stored >= wanted) return stored
    if (performance.now() > deadline)
      throw new Error(`Kafka Connect stored ${stored} of ${wanted} documents within ${timeoutMs} ms.`)
    await sleep(LOOK_EVERY_MS)
  }
}

function renamed<Value>(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [whereStored[field] ?? field, value]))
}

/**
 * Polls of 500 messages, a heap of 768 MiB and G1 are kept: of 60,000 events it stored 5,100 and 5,500 a second; with
 * polls of 2,000 5,000, of 5,000 4,300; with 2 GiB 4,400 and 5,200; with the parallel collector 5,100; with two tasks
 * instead of four 4,300 (two cores with other work).
 */
function workerProperties(restPort: number): string {
  return [
    `bootstrap.servers=${brokers.join(',')}`,
    'key.converter=org.apache.kafka.connect.storage.StringConverter',
    'value.converter=org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable=false',
    `offset.storage.file.filename=${join(folder, 'offsets')}`,
    `listeners=http://127.0.0.1:${restPort}`,
    'plugin.discovery=only_scan',
    // By its default assignor, tasks beyond the partitions of one topic would have nothing to do.
    'consumer.partition.assignment.strategy=org.apache.kafka.clients.consumer.RoundRobinAssignor',
    'consumer.auto.offset.reset=earliest',
  ].join('\n')
}

function sinkConfig(): object {
  return {
    name: groupId,
    config: {
      'connector.class': 'com.mongodb.kafka.connect.MongoSinkConnector',
      topics: domainTopics(topicPrefix).join(','),
      'tasks.max': '4',
      'connection.uri': withWriteConcern(mongodbUri),
      database,
      collection: 'records',
      transforms: 'id,place',
      'transforms.id.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
      'transforms.id.renames': 'id:_id',
      'transforms.place.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
      'transforms.place.topic.field': 'topic',
      'transforms.place.partition.field': 'partition',
      'transforms.place.offset.field': 'offset',
      'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.ProvidedInValueStrategy',
      'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy',
      'bulk.write.ordered': 'false',
    },
  }
}

function withWriteConcern(uri: string): string {
  const path = /^mongodb(\+srv)?:\/\/[^/]+\//.test(uri) ? uri : `${uri}/`
  return `${path}${path.includes('?') ? '&' : '?'}w=majority&journal=true`
}
