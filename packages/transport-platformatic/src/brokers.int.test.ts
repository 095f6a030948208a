import { describeBrokers } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeBrokers(createPlatformaticTransport)
