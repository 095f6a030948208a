export type { FlightStats } from './flight.ts'
export { type HouseholdEventsOptions, householdEvents } from './household-events.ts'
export { createPublishers, type Publishers } from './publishers.ts'
export type { DataByDomain, DomainName, SimulatedEvent, SimulatedFields, TypeOf } from './simulated-event.ts'
export {
  createHouseholdSimulator,
  type HouseholdSimulator,
  type HouseholdSimulatorOptions,
  type SimulatorStats,
} from './simulator.ts'
