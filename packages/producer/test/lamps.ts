import { defineDomain, defineEvent } from '@house-helper/events-core'
import { z } from 'zod'

/** A contract about a household. */
const lampLit = defineEvent({
  type: 'lamp.lit',
  version: '1.2',
  description: 'A lamp was lit.',
  data: z.object({
    lampId: z.string(),
    watts: z.int().optional(),
    tags: z.record(z.string(), z.string()).optional(),
  }),
  example: { lampId: 'lamp-1' },
})

/** A contract about a user. */
const lampBought = defineEvent({
  type: 'lamp.bought',
  version: '1.0',
  subject: 'user',
  description: 'A user bought a lamp.',
  data: z.object({ lampId: z.string() }),
  example: { lampId: 'lamp-1' },
})

/** The domain that the tests of this package publish to. */
export const lamps = defineDomain({ name: 'lamps', events: [lampLit, lampBought] })
