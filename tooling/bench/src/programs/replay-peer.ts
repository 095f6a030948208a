import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs'
import { type Document, MongoClient } from 'mongodb'
import { programOrder } from '../programs.ts'
import { recordAnswer } from './recording.ts'
import type { ReplayOrder } from './replaying.ts'

// What a good team writes by hand: one cursor over the same documents in the same order, and a send of a thousand of
// them at a time, with the same headers. It keeps no checkpoint: killed, it would begin again.
const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<ReplayOrder>()
const client = await MongoClient.connect(mongodbUri)
const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
  idempotent: true,
  maxInFlightRequests: 1,
  createPartitioner: Partitioners.DefaultPartitioner,
})
await producer.connect()
const topic = `${topicPrefix}.inbox.${groupId}`
const startedAt = performance.now()
const found = client
  .db(database)
  .collection('records')
  .find({}, { promoteBuffers: true, projection: { data: 0 }, batchSize: 1_000 })
  .sort({ topic: 1, partition: 1, generation: 1, offset: 1 })
let messages: Message[] = []
let sent = 0
for await (const document of found) {
  messages.push(messageOf(document))
  if (messages.length === 1_000) await send()
}
await send()
if (sent !== count) throw new Error(`It sent ${sent} of ${count} events.`)
const answer = recordAnswer(count, startedAt)
await producer.disconnect()
await client.close()
console.log(JSON.stringify(answer))

async function send(): Promise<void> {
  if (messages.length > 0) await producer.send({ topic, acks: -1, messages })
  sent += messages.length
  messages = []
}

function messageOf({ key, value, topic: from, partition, offset, brokerTime }: Document): Message {
  const headers = {
    'hh-delivery': 'replay',
    'hh-group': groupId,
    'hh-topic': from,
    'hh-partition': `${partition}`,
    'hh-offset': `${offset}`,
    'hh-timestamp': `${brokerTime.getTime()}`,
    'hh-attempts': '0',
    'hh-retries': '0',
    'hh-replay-run': groupId,
  }
  return { key, value, headers }
}
