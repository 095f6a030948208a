import { describeFaults } from '@house-helper/kafka-testing'
import { createKafkaTransport } from './transport.ts'

describeFaults(createKafkaTransport)
