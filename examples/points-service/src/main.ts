import { once } from 'node:events'
import { createSubscriber } from '@house-helper/tasks'
import { awardHandlers } from './awards.ts'
import { createPointsLedger } from './ledger.ts'

const log = (event: string, fields: object = {}): void => console.log(JSON.stringify({ event, ...fields }))

// Brokers come from KAFKA_BROKERS.
const subscriber = createSubscriber({
  groupId: process.env.KAFKA_GROUP_ID || 'points-service',
  on: awardHandlers(createPointsLedger(), (award, balance) => log('points', { ...award, balance })),
})
await subscriber.start()
log('started', { groupId: subscriber.groupId })

// `closed` rejects if the subscriber dies: then this process ends with an error, and is started again by whoever runs it.
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), subscriber.closed])
await subscriber.close()
log('closed')
