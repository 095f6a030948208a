import { silentLogger } from '@house-helper/events-core'
import type { FastifyInstance } from 'fastify'
import { type ApiOptions, createApi } from '../api/api.ts'
import type { ConsumerGroupsSeen } from '../consumer-groups.ts'
import { fakeCare } from './fake-care.ts'
import { fakeDeadLetters } from './fake-dead-letters.ts'
import { fakeLog, measurements } from './fake-log.ts'
import { fakeReplays } from './fake-replays.ts'

const noGroups: ConsumerGroupsSeen = { groups: [], hidden: [], at: new Date('2026-01-01T00:00:00Z') }

/** The API over fakes that know nothing, but for what a test brings. Close it. */
export async function createFakeApi(options: Partial<ApiOptions> = {}): Promise<FastifyInstance> {
  return await createApi({
    log: fakeLog([]),
    deliveries: { of: async () => ({ groups: [], at: noGroups.at }) },
    groups: { look: async () => noGroups },
    deadLetters: fakeDeadLetters(),
    replays: fakeReplays(),
    care: fakeCare(),
    measurements,
    logger: silentLogger,
    host: '10.1.2.3',
    allowedHosts: ['logger.example'],
    ...options,
  })
}
