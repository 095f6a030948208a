import { RECORD_INDEXES } from '@house-helper/event-log'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { domainTopics } from '../backlog.ts'
import { programOrder } from '../programs.ts'
import { type RecordOrder, recordAnswer } from './recording.ts'

// What a good team writes by hand: eachBatch, JSON.parse, one insertMany a batch, then the commit. It stores the same
// fields under the same indexes with the same write concern; it checks nothing, keeps no ledger and hashes nothing.
const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<RecordOrder>()
const client = await MongoClient.connect(mongodbUri)
const records = client
  .db(database)
  .collection<{ _id: string }>('records', { writeConcern: { w: 'majority', j: true }, ignoreUndefined: true })
const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({ groupId })
await records.createIndexes([...RECORD_INDEXES])
await consumer.connect()
await consumer.subscribe({ topics: domainTopics(topicPrefix), fromBeginning: true })
let startedAt = 0
let first = 0
let stored = 0
const done = Promise.withResolvers<void>()
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch: { topic, partition, messages }, resolveOffset, heartbeat, commitOffsetsIfNecessary }) => {
    await records.insertMany(
      messages.map((message) => documentOf(topic, partition, message)),
      { ordered: false },
    )
    const last = messages.at(-1)
    if (last === undefined) return
    resolveOffset(last.offset)
    await commitOffsetsIfNecessary({
      topics: [{ topic, partitions: [{ partition, offset: String(Number(last.offset) + 1) }] }],
    })
    await heartbeat()
    stored += messages.length
    if (first === 0) {
      first = stored
      startedAt = performance.now()
    }
    if (stored >= count) done.resolve()
  },
})
await done.promise
const answer = recordAnswer(count - first, startedAt)
await consumer.disconnect()
await client.close()
console.log(JSON.stringify(answer))

function documentOf(
  topic: string,
  partition: number,
  { key, value, offset, timestamp }: KafkaMessage,
): { _id: string } {
  const { id, metadata = {}, ...event } = JSON.parse(value?.toString() ?? '')
  return {
    _id: id,
    ...event,
    subject: event.householdId ?? event.userId,
    time: new Date(event.timestamp),
    correlationId: metadata.correlationId,
    causationId: metadata.causationId,
    contract: 'ok',
    topic,
    partition,
    offset: Number(offset),
    generation: 1,
    brokerTime: new Date(Number(timestamp)),
    key,
    headers: [],
    value,
    recordedAt: new Date(),
  }
}
