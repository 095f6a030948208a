import { type Service, type ServiceInput, serviceSchema } from '@house-helper/contracts'

const inputs: readonly ServiceInput[] = [
  { principal: 'User:task-service', publishes: ['tasks'] },
  { principal: 'User:points-service', handles: ['tasks', 'bills'], group: 'points-service', laterRetries: true },
  { principal: 'User:event-logger', role: 'event-logger' },
  { principal: 'User:operator', role: 'operator', publishes: ['tasks'] },
]

/** The services whose rights docs/operate.md shows: one of each role. */
export const documentedServices: readonly Service[] = inputs.map((input) => serviceSchema.parse(input))
