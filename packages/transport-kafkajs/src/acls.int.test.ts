import { describeOnSecuredKafka } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeOnSecuredKafka('kafkajs', createKafkaTransport)
