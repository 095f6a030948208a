import { Kafka, logLevel } from 'kafkajs'
import { programOrder } from '../programs.ts'
import { type IdleOrder, idleFor } from './idling.ts'

const { brokers, topicPrefix, groupId, idleMs } = programOrder<IdleOrder>()
const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topics: [`${topicPrefix}.tasks`] })
await consumer.run({ eachMessage: async () => {} })
const answer = await idleFor(idleMs)
await consumer.disconnect()
console.log(JSON.stringify(answer))
