import { describeOnKafka } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeOnKafka('platformatic', createPlatformaticTransport)
