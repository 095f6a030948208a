import { describeOnKafka } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeOnKafka('kafkajs', createKafkaTransport)
