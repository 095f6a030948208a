import { describeJavaProducer } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeJavaProducer(createKafkaTransport)
