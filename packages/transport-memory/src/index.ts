export type { AppendFault, AppendPlace } from './append-faults.ts'
export {
  createMemoryBroker,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type MemoryGroupDescription,
} from './broker.ts'
export type { MemberPlace, MemoryFaults } from './faults.ts'
export type { MemberDescription } from './group.ts'
export { createMemoryTransport, type MemoryTransport, type MemoryTransportOptions } from './transport.ts'
