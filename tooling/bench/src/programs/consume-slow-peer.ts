import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { programOrder } from '../programs.ts'
import { type ConsumeOrder, consumption } from './consuming.ts'

const { brokers, topicPrefix, groupId, count, handlerMs } = programOrder<ConsumeOrder>()
const { done, event } = consumption(count)
const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topics: [`${topicPrefix}.tasks`], fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message }) => {
    JSON.parse(message.value?.toString() ?? '')
    await sleep(handlerMs)
    event()
  },
})
const answer = await done
// What lies before it keeps disconnect() waiting, one message after the other.
console.log(JSON.stringify(answer))
process.exit(0)
