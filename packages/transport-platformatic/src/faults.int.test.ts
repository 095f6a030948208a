import { describeFaults } from '@house-helper/kafka-testing'
import { createPlatformaticTransport } from './transport.ts'

describeFaults(createPlatformaticTransport)
