import { describeTransport } from '@house-helper/transport-memory/suite'
import { cleanUp, openRealTransport, truncate } from '../test/real-kafka.ts'

describeTransport('kafkajs', {
  open: async () => openRealTransport(),
  waitMs: 30_000,
  truncate,
  cleanUp: async ({ topics, groupIds }) => await cleanUp(topics, groupIds),
})
