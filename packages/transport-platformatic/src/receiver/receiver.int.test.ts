import { describeReceiving } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from '../transport.ts'

describeReceiving(createPlatformaticTransport)
