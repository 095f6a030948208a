import { describeTransport } from '@house-helper/transport-memory/suite'
import { cleanUp, openRealTransport, remake, truncate } from '../test/real-kafka.ts'

describeTransport('kafkajs', {
  open: async () => openRealTransport(),
  waitMs: 30_000,
  truncate,
  remake,
  cleanUp: async ({ topics, groupIds }) => await cleanUp(topics, groupIds),
})
