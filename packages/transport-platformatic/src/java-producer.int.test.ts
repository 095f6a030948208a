import { describeJavaProducer } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeJavaProducer(createPlatformaticTransport)
