import { describeSecurity } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeSecurity(createPlatformaticTransport)
