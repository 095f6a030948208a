import { describeSecurity } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeSecurity(createKafkaTransport)
