import { describeBrokers } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeBrokers(createKafkaTransport)
