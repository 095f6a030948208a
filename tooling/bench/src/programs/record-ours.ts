import { createRecorder, type Recorder } from '@house-helper/event-log'
import { openTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { allDomains } from '../domains.ts'
import { programOrder } from '../programs.ts'
import { type RecordOrder, recordAnswer } from './recording.ts'

const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<RecordOrder>()
const client = await MongoClient.connect(mongodbUri)
const { transport, release } = openTransport({ brokers, topicPrefix })
const startedAt = performance.now()
const recorder = createRecorder({ transport, db: client.db(database), groupId, domains: allDomains })
await recorder.start()
await recorded(recorder, count)
const answer = recordAnswer(count, startedAt)
await recorder.close()
await release()
await client.close()
console.log(JSON.stringify(answer))

async function recorded(of: Recorder, wanted: number): Promise<void> {
  const deadline = performance.now() + 300_000
  while (of.stats().partitions.reduce((sum, { total }) => sum + total.recorded, 0) < wanted) {
    if (performance.now() > deadline) throw new Error('the backlog was not recorded within 300 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
