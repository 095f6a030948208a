import { describeOnSecuredKafka } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeOnSecuredKafka('platformatic', createPlatformaticTransport)
