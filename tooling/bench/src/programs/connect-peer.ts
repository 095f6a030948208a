import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RECORD_INDEXES } from '@house-helper/event-log'
import { freePorts, kafkaConnect, superviseProcess } from '@house-helper/local-stack'
import { type Collection, MongoClient } from 'mongodb'
import { domainTopics } from '../backlog.ts'
import { programOrder } from '../programs.ts'
import type { RecordAnswer, RecordOrder } from './recording.ts'

// Kafka Connect as its users set it up for at-least-once without copies: each document replaces the one with its event's
// id. It stores the envelope as it is, so the indexes are those of our records over the envelope's own fields.
const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<RecordOrder>()
const whereStored: Readonly<Record<string, string>> = {
  time: 'timestamp',
  correlationId: 'metadata.correlationId',
  causationId: 'metadata.causationId',
}

const folder = await mkdtemp(join(tmpdir(), 'connect-'))
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
const { command, args } = await kafkaConnect()
const connect = await superviseProcess('Kafka Connect', {
  command,
  args: ['-Xmx768m', ...args, join(folder, 'worker.properties'), join(folder, 'sink.json')],
  env: {},
  cwd: folder,
  logFile: join(folder, 'connect.log'),
  stopTimeoutMs: 5_000,
  removeAtEnd: folder,
})
try {
  console.log(JSON.stringify(await measured(records)))
} finally {
  await connect.kill()
  await client.close()
}

/** From the first document on: starting a JVM is not what is measured. */
async function measured(into: Collection): Promise<RecordAnswer> {
  const first = await untilStored(into, 1)
  const startedAt = performance.now()
  await untilStored(into, count)
  return { eventsPerSecond: (count - first) / ((performance.now() - startedAt) / 1000), maxRssBytes: 0 }
}

async function untilStored(into: Collection, wanted: number): Promise<number> {
  const deadline = performance.now() + 300_000
  for (;;) {
    const stored = await into.estimatedDocumentCount()
    if (stored >= wanted) return stored
    if (performance.now() > deadline)
      throw new Error(`Kafka Connect stored ${stored} of ${wanted} documents within 300 s`)
    await sleep(10)
  }
}

function renamed<Value>(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [whereStored[field] ?? field, value]))
}

function workerProperties(restPort: number): string {
  return [
    `bootstrap.servers=${brokers.join(',')}`,
    'key.converter=org.apache.kafka.connect.storage.StringConverter',
    'value.converter=org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable=false',
    `offset.storage.file.filename=${join(folder, 'offsets')}`,
    `listeners=http://127.0.0.1:${restPort}`,
    'plugin.discovery=only_scan',
    // Larger polls make larger bulk writes.
    'consumer.max.poll.records=2000',
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
      'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.PartialValueStrategy',
      'document.id.strategy.partial.value.projection.type': 'AllowList',
      'document.id.strategy.partial.value.projection.list': 'id',
      'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy',
      'bulk.write.ordered': 'false',
    },
  }
}

function withWriteConcern(uri: string): string {
  const url = new URL(uri)
  url.searchParams.set('w', 'majority')
  url.searchParams.set('journal', 'true')
  return url.href
}
