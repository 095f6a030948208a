import { createMemoryBroker, createMemoryTransport } from './index.ts'
import { describeTransport } from './suite.ts'

const broker = createMemoryBroker()

describeTransport('memory', {
  open: async () => createMemoryTransport({ broker }),
  waitMs: 2000,
  hasAcls: true,
  truncate: async (position) => broker.faults.truncate(position),
  remake: async (topic) => broker.faults.remake(topic),
})
