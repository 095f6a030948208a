export type { ActiveFault, Fault, FaultKind, Hit } from './fault.ts'
export { kafkaProtocol, mongoCollection, mongoProtocol, type Protocol } from './protocol.ts'
export { createFaultProxy, type FaultProxy, type FaultProxyOptions } from './proxy.ts'
export { randomNumbers, randomSchedule, type ScheduledFault, type ScheduleOptions } from './schedule.ts'
