import { Kafka, logLevel } from 'kafkajs'
import { programOrder } from '../programs.ts'
import { type ConsumeOrder, consumption } from './consuming.ts'

// kafkajs as fast as it reads: whole batches, JSON.parse and nothing else, no commits.
const { brokers, topicPrefix, groupId, count } = programOrder<ConsumeOrder>()
const { done, event } = consumption(count)
let points = 0
const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topics: [`${topicPrefix}.tasks`], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 3,
  eachBatch: async ({ batch: { messages } }) => {
    for (const { value } of messages) {
      const { data } = JSON.parse(value?.toString() ?? '')
      points += data.points ?? 0
      event()
    }
  },
})
const answer = await done
await consumer.disconnect()
console.error(`${points} points`)
console.log(JSON.stringify(answer))
