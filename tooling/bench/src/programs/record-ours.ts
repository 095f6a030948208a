import { createRecorder, type Recorder } from '@house-helper/event-log'
import { openTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { allDomains } from '../domains.ts'
import { programOrder } from '../programs.ts'
import { type RecordOrder, recordAnswer } from './recording.ts'

const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<RecordOrder>()
const client = await MongoClient.connect(mongodbUri)
const { transport, release } = openTransport({ brokers, topicPrefix })
const recorder = createRecorder({ transport, db: client.db(database), groupId, domains: allDomains })
await recorder.start()
const first = await recorded(recorder, 1)
const startedAt = performance.now()
await recorded(recorder, count)
const answer = recordAnswer(count - first, startedAt)
await recorder.close()
await release()
await client.close()
console.log(JSON.stringify(answer))

/** Waits until so many events are recorded; resolves with how many there are. */
async function recorded(of: Recorder, wanted: number): Promise<number> {
  const deadline = performance.now() + 300_000
  for (;;) {
    const sum = of.stats().partitions.reduce((before, { total }) => before + total.recorded, 0)
    if (sum >= wanted) return sum
    if (performance.now() > deadline) throw new Error('the backlog was not recorded within 300 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
