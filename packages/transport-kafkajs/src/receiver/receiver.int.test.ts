import { describeReceiving } from '@house-helper/kafka-testing'
import { createKafkaTransport } from '../transport.ts'

describeReceiving(createKafkaTransport)
